using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Demo.Scripts;
using ChatOps.Demo.World;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>
/// A whole demo of real parts, a page signed in on it, and what the bot logged; waits have deadlines and say what did not happen.
/// </summary>
internal sealed class RunningDemo : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log;
    private readonly LentServer? _server;
    private readonly KubernetesClient _client;

    private RunningDemo(DemoWorld world, LentServer? server, PageClient page, ConcurrentQueue<string> log)
    {
        (World, _server, Page, _log) = (world, server, page, log);
        _client = new(Kubeconfig.Load([world.Kubeconfig]).Connect());
    }

    public DemoWorld World { get; }

    /// <summary>A home that is quickly read, with somebody who writes a little: many demos share the machine.</summary>
    public static DemoOptions Small { get; } = new() { SeedMegabytes = 3, WriterPause = TimeSpan.FromMilliseconds(50) };

    /// <summary>A snapshot that takes six seconds on any machine, for what happens in the middle of one.</summary>
    public static DemoOptions SlowSnapshots { get; } = new()
    {
        SeedMegabytes = 48,
        SidecarVariables = new Dictionary<string, string> { ["SIDECAR_RATE"] = "8MB" },
    };

    /// <summary>The API server beside the demo, where it is the real one.</summary>
    public RealApiServer? Server => _server?.Api;

    public Kubectl Kubectl => new(Tools.Kubectl!, World.Kubeconfig, Path.Combine(Path.GetDirectoryName(World.Kubeconfig)!, "discovery"));

    public PageClient Page { get; }

    /// <summary>What the bot logged so far, line by line.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    /// <summary>Small enough for a test; everything else as people get it.</summary>
    public static async Task<RunningDemo> StartAsync(DemoOptions? options = null, string kind = "embedded")
    {
        var log = new ConcurrentQueue<string>();
        options = (options ?? Small) with { Log = log.Enqueue, SettleFor = TimeSpan.FromSeconds(1) };
        Requirements.Need(ClusterUnderTest.MissingFor(kind));
        var server = kind == "real" ? await LentServers.TakeAsync() : null;
        var world = server is null
            ? await DemoWorld.StartAsync(options, Ended)
            : await DemoWorld.StartOnAsync(server.Api.Kubeconfig, options, Ended);
        return new(world, server, await PageClient.SignInAsync(world.SignInLink, Ended), log);
    }

    /// <summary>Types a line; returns when every card it moved is settled.</summary>
    public async Task<IReadOnlyList<Card>> TypeAsync(string line, string account = "operator")
    {
        var decides = new ScriptLine(account, line, false).Decides;
        var moved = await Page.TypeAsync(account, line, decides, TimeSpan.FromSeconds(90), Ended);
        Assert.All(moved, card => Assert.True(card.IsSettled, $"{line}: still {PlainText.Render(card)}"));
        return moved;
    }

    /// <summary>Types a line and waits for nothing but that it was heard.</summary>
    public Task SayAsync(string line, string account = "operator") => Page.SayAsync(account, line, Ended);

    /// <summary>Presses the button with this label on the newest card that has one.</summary>
    public Task<string?> PressAsync(string label, string account)
    {
        var (id, card) = Page.Cards.Last(c => c.Card.Buttons.Any(b => b.Label == label));
        return Page.PressAsync(account, id, card.Buttons.First(b => b.Label == label).Action, Ended);
    }

    /// <summary>The newest card for which this holds, once there is one.</summary>
    public async Task<(string Id, Card Card)> CardAsync(string what, Func<Card, bool> holds, double seconds = 120)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ended);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            await Page.WhenAsync(cards => cards.Any(c => holds(c.Card)), limit.Token);
            return Page.Cards.Last(c => holds(c.Card));
        }
        catch (OperationCanceledException) when (!Ended.IsCancellationRequested)
        {
            var said = string.Join('\n', _log);
            throw new TimeoutException($"no card {what} within {seconds} s; there are:\n{Rendered}\nthe bot said:\n{said}");
        }
    }

    /// <summary>The id of the message that shows this step at work, once one does.</summary>
    public async Task<string> DoingAsync(string step) =>
        (await CardAsync($"that says '{step}'", c => c.Progress?.Text.StartsWith(step, StringComparison.Ordinal) == true)).Id;

    public string Rendered => string.Join("\n\n", Page.Cards.Select(c => PlainText.Render(c.Card)));

    /// <summary>SIGKILL and a new start, as a Deployment would do; the page stays signed in.</summary>
    public async Task RestartBotAsync()
    {
        await World.KillBotAsync();
        await World.StartBotAsync(Ended);
    }

    public Task<Change> ChangeAsync(int number) => _client.GetAsync(ChatOpsKinds.Changes, "chatops", $"change-{number}", Ended);

    /// <summary>Makes a schedule due, as if it had last been dealt with then.</summary>
    public Task DueAsync(string schedule, DateTimeOffset last)
    {
        var moment = last.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var status = new JsonObject { ["lastScheduleTime"] = moment };
        var patch = Patch.Merge(new JsonObject { ["status"] = status });
        return _client.PatchAsync(ChatOpsKinds.SnapshotSchedules, "signal", schedule, patch, Ended, "status");
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(ResourceKind<T> kind, string ns)
        where T : IResource => (await _client.ListAsync(kind, ns, Selection.All, Ended)).Items;

    /// <summary>Asks for a version and approves it; returns when it is over.</summary>
    public async Task<IReadOnlyList<Card>> DeployAsync(string version, int number)
    {
        await TypeAsync($"/deploy ghostwire {version}");
        return await TypeAsync($"/approve {number}", "approver");
    }

    public async ValueTask DisposeAsync()
    {
        // Shown where the test failed.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', Log.TakeLast(300)));
        await Page.DisposeAsync();
        _client.Dispose();
        await World.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }
}
