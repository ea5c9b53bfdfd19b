using System.Net.NetworkInformation;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Cluster;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>
/// The real bot, put together as its program does, in simulated time: on an embedded cluster with a crowd of targets whose pods and
/// snapshots move by themselves, and with a chat that is kept. The clock moves only when nothing is under way.
/// </summary>
internal sealed class SoakWorld : IAsyncDisposable
{
    private const string Home = "default";
    private readonly EmbeddedCluster _cluster;
    private readonly KubernetesClient _below;
    private readonly HttpClient _http;
    private readonly PodMover _pods;
    private readonly RequestsUnderWay _requests;
    private readonly CountedClient _others;
    private WebApplication? _bot;

    private SoakWorld(ManualTime time, EmbeddedCluster cluster, Crowd crowd, int seed)
    {
        (Time, _cluster, Crowd) = (time, cluster, crowd);
        var kubeconfig = Path.GetTempFileName();
        cluster.WriteKubeconfig(kubeconfig);
        _below = new KubernetesClient(Kubeconfig.Load([kubeconfig]).Connect(), time);
        File.Delete(kubeconfig);
        _http = new HttpClient { BaseAddress = cluster.Url };
        _requests = new RequestsUnderWay(cluster.Url.Port);
        Client = new CountedClient(_below);
        _others = new CountedClient(_below);
        _pods = new PodMover(_others, time);
        Sidecars = new MovedSnapshots(_others, time, seed);
    }

    public ManualTime Time { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public Crowd Crowd { get; }

    /// <summary>The bot's; what moves pods and snapshots has another.</summary>
    public CountedClient Client { get; }

    /// <summary>What the bot watches all the time, each once; besides these the pods of rollouts that are under way.</summary>
    public IReadOnlyList<string> Followed =>
    [
        $"1 × changes of {Home}",
        .. from kind in (ResourceKind[])[Kinds.Jobs, ChatOpsKinds.Restores, ChatOpsKinds.Snapshots, ChatOpsKinds.SnapshotSchedules]
           from ns in Crowd.Namespaces
           select $"1 × {kind.Plural} of {ns}",
    ];

    /// <summary>Of the bot and of what moves pods and snapshots.</summary>
    public int OpenWatches => Client.OpenWatches + _others.OpenWatches;

    public RecordingPlatform Chat { get; } = new();

    public MovedSnapshots Sidecars { get; }

    public Cluster.Failures.ClusterFaults Faults => _cluster.Faults;

    /// <summary>
    /// Connections to the API server that this process holds, also those the server has ended; those of a crowded minute stay for
    /// another one.
    /// </summary>
    public int Sockets => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(c => c.State is TcpState.Established or TcpState.CloseWait && c.RemoteEndPoint.Port == _cluster.Url.Port);

    public static async Task<SoakWorld> StartAsync(int targets, int seed)
    {
        var time = new ManualTime();
        var cluster = await EmbeddedCluster.StartAsync(
            new() { Time = time, HistoryWindow = 500, BookmarkInterval = TimeSpan.FromMinutes(5) });
        var crowd = new Crowd(targets);
        crowd.Move(cluster);
        var world = new SoakWorld(time, cluster, crowd, seed);
        await world.UntilAsync("every pod is ready", async () =>
            (await world.Client.ListAsync(Kinds.Pods, null, Selection.All, CancellationToken.None)).Items.Count(p => p.IsReady) == targets);
        return world;
    }

    public async Task StartBotAsync()
    {
        _bot = BotHost.Build(Settings(), Client, Time, log =>
        {
            log.SetMinimumLevel(LogLevel.Critical);
            log.Services.AddSingleton<IChatPlatform>(Chat);
        });
        await _bot.StartAsync();
        await UntilAsync("people are heard", () => Task.FromResult(Chat.Inbox is not null));
        await SettledAsync();
    }

    public void Apply(string yaml, string ns) => _cluster.Apply(yaml, ns);

    /// <summary>What a person types or presses; it is answered in the chat.</summary>
    public void Type(string account, string id, string text) =>
        _ = Chat.Inbox!.CommandAsync(new Invocation(id, Chat.Name, account, account, "1") { Text = text }, CancellationToken.None);

    /// <summary>Not awaited: it may wait for a clock that whoever presses has to move.</summary>
    public void Press(string account, string id, string action) =>
        _ = Chat.Inbox!.PressAsync(new Invocation(id, Chat.Name, account, account, "1"), action, CancellationToken.None);

    /// <summary>Moves the clock once everything that was under way has ended.</summary>
    public async Task StepAsync(TimeSpan by)
    {
        await SettledAsync();
        await ThrowIfEndedAsync();
        await Time.AdvanceAsync(by);
        await SettledAsync();
    }

    public async Task UntilAsync(string what, Func<Task<bool>> ended, Func<string>? otherwise = null)
    {
        var patience = Now + TimeSpan.FromHours(2);
        while (!await ended())
        {
            Assert.True(Now < patience, $"{what}: not within two hours{otherwise?.Invoke()}");
            await StepAsync(TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Takes out of the cluster what a real one lets go by itself and what people delete: Events, Changes that are over.</summary>
    public async Task TidyAsync(IEnumerable<Change> changes)
    {
        foreach (var ns in Crowd.Namespaces)
            (await _http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/events", UriKind.Relative))).Dispose();
        foreach (var change in changes) await DeleteAsync(ChatOpsKinds.Changes, change.Metadata.Namespace!, change.Metadata.Name);
        await SettledAsync();
    }

    public Task DeleteAsync(ResourceKind kind, string ns, string name) =>
        Client.DeleteAsync(kind, ns, name, new Deletion(), CancellationToken.None);

    /// <summary>
    /// Managed memory in use when nothing is garbage, and as text the JSON of everything the cluster keeps, which is in this process too:
    /// so the memory can be compared with what there is to remember.
    /// </summary>
    public async Task<(long Heap, long Kept)> WeighAsync()
    {
        string[] collections =
        [
            "apis/chatops.ghostwire.io/v1alpha1/snapshots", "apis/chatops.ghostwire.io/v1alpha1/changes",
            "api/v1/pods", "apis/apps/v1/replicasets", "apis/apps/v1/controllerrevisions", "api/v1/events",
        ];
        long kept = 0;
        foreach (var collection in collections)
            kept += (await _http.GetByteArrayAsync(new Uri($"/{collection}", UriKind.Relative))).Length;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), kept);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bot is not null) await _bot.DisposeAsync();
        await Sidecars.DisposeAsync();
        await _pods.DisposeAsync();
        _requests.Dispose();
        _http.Dispose();
        _below.Dispose();
        await _cluster.DisposeAsync();
    }

    /// <summary>
    /// Ends when no request is under way and all that came was taken. A call that waits for the clock, as one does that was told to come
    /// again later, is no request.
    /// </summary>
    private Task SettledAsync() => AtRest.UntilAsync(() => _requests.Count == 0, sockets: true);

    /// <summary>Nothing here ends by itself; the host of a program would end with it.</summary>
    private Task ThrowIfEndedAsync()
    {
        var bot = _bot?.Services.GetServices<IHostedService>().OfType<BotWorkers>().Single().ExecuteTask;
        return ((Task?[])[bot, Sidecars.Moving, _pods.Moving]).FirstOrDefault(t => t?.IsCompleted == true) ?? Task.CompletedTask;
    }

    private BotSettings Settings()
    {
        var (settings, faults) = SettingsReader.Read($$"""
            namespace: {{Home}}
            people:
              ann: { telegram: "1", roles: [operator] }
              bob: { telegram: "2", roles: [approver] }
            roles:
              operator: { may: [view, snapshot, deploy, rollback] }
              approver: { may: [view, approve] }
            approvals: { count: 1, role: approver, expire: 10m }
            web: { enabled: false, listen: "127.0.0.1:0" }
            lease: { enabled: false }
            registries: { ask: false }
            targets:
            {{Crowd.Settings(", readyWithin: 3m, settleFor: 10s")}}
            """);
        Assert.Empty(faults);
        return settings! with { Telegram = new() { Enabled = true, Chats = [new ChatSettings("ops", "1", [], Notify: true)] } };
    }
}
