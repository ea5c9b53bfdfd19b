using ChatOps.Cluster;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bench;

/// <summary>
/// The published bot with a thousand targets on an embedded cluster: how soon it is ready, what it holds when nothing happens, and how soon
/// it shows that it heard a command while commands come in on a schedule that waits for no answer.
/// </summary>
internal sealed class BotBench(string bot, int targets, int perSecond, TimeSpan span)
{
    private const int Starts = 7;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(20);

    public async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bot-bench-").FullName;
        try
        {
            await using var cluster = await EmbeddedCluster.StartAsync();
            var crowd = new Crowd(targets);
            crowd.Move(cluster);
            var (kubeconfig, settings) = (Path.Combine(folder, "kubeconfig"), Path.Combine(folder, "chatops.yaml"));
            cluster.WriteKubeconfig(kubeconfig);
            await File.WriteAllTextAsync(settings, Settings(crowd));
            using var client = new KubernetesClient(Kubeconfig.Load([kubeconfig]).Connect());
            await using var pods = new PodMover(client, TimeProvider.System);
            await EveryPodReadyAsync(client);
            await MeasureAsync(settings, kubeconfig, [.. crowd.Targets]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync(string settings, string kubeconfig, IReadOnlyList<string> names)
    {
        List<TimeSpan> starts = [];
        for (var i = 0; i < Starts; i++)
        {
            await using var once = await StartAsync(settings, kubeconfig);
            starts.Add(once.ToReady);
        }
        await using var running = await StartAsync(settings, kubeconfig);
        await Task.Delay(Calm, TimeProvider.System);
        var idle = Resident.Of(running.Id);
        var typed = await LoadAsync(running, names);
        var loaded = Resident.Of(running.Id);
        Table.Print($"the bot with {targets:N0} targets, median start of {Starts}",
        [
            ["", "to ready", .. Resident.Headings],
            ["idle", $"{Table.Median(starts.Select(s => s.TotalMilliseconds)):0} ms", .. idle.Cells],
            [$"after {typed.Count:N0} commands", "", .. loaded.Cells],
        ]);
        Table.Print($"{perSecond} commands/s for {span.TotalSeconds:0} s, times from the moment each was due",
        [
            ["", "p50 ms", "p99 ms", "max ms"],
            Row("acknowledged", await Task.WhenAll(typed.Select(t => t.Acknowledged.Task))),
            Row("answered", await Task.WhenAll(typed.Select(t => t.Answered.Task))),
        ]);
    }

    /// <summary>An open loop: what is due is sent, however the bot does; the start is not counted.</summary>
    private async Task<List<Typed>> LoadAsync(RunningProgram running, IReadOnlyList<string> names)
    {
        await using var console = await ConsoleClient.SignInAsync(LinkOf(running.Line), "ann");
        List<Typed> typed = [];
        var between = TimeProvider.System.TimestampFrequency / perSecond;
        var begin = TimeProvider.System.GetTimestamp();
        var all = (int)((WarmUp + span).TotalSeconds * perSecond);
        for (var i = 0; i < all; i++)
        {
            var due = begin + (i * between);
            while (TimeProvider.System.GetTimestamp() < due) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            var sent = console.Type($"/status {names[i % names.Count]}", due);
            if (i >= WarmUp.TotalSeconds * perSecond) typed.Add(sent);
        }
        await Task.WhenAll(typed.Select(t => t.Answered.Task)).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        return typed;
    }

    private Task<RunningProgram> StartAsync(string settings, string kubeconfig) => RunningProgram.StartAsync(
        bot, ["--config", settings, "--sign-in", "ann"], new Dictionary<string, string>
        {
            ["KUBECONFIG"] = kubeconfig,
            // As a container that starts anew in its pod: the lease is its own.
            ["POD_NAME"] = "chatops-bot-0",
        }, "sign in: ",
        line => new Uri(LinkOf(line), "/health/ready"));

    private static Uri LinkOf(string line) => new(line["sign in: ".Length..]);

    private static string[] Row(string name, IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(t => t.TotalMilliseconds).Order().ToList();
        return [name, $"{sorted[sorted.Count / 2]:0.0}", $"{sorted[sorted.Count * 99 / 100]:0.0}", $"{sorted[^1]:0.0}"];
    }

    private async Task EveryPodReadyAsync(KubernetesClient client)
    {
        var ready = 0;
        while (ready < targets)
        {
            ready = (await client.ListAsync(Kinds.Pods, null, Selection.All, CancellationToken.None)).Items.Count(p => p.IsReady);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private static string Settings(Crowd crowd) => $$"""
        namespace: default
        people:
          ann: { web: ann, roles: [operator] }
        roles:
          operator: { may: [view, snapshot, deploy, rollback, approve] }
        approvals: { count: 0 }
        web: { enabled: true, listen: "127.0.0.1:0", channel: ops }
        registries: { ask: false }
        targets:
        {{crowd.Settings()}}
        """;
}
