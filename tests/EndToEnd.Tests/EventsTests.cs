using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests;

/// <summary>What people see who look with <c>kubectl describe</c>, or wait with it, and never saw the chat.</summary>
public sealed class EventsTests
{
    public EventsTests() => Requirements.Need(Tools.Kubectl is null ? "no kubectl: run `make prerequisites`" : null);

    public static TheoryData<string> Kinds => [.. ClusterUnderTest.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_workload_tells_who_did_what_to_it_and_how_it_ended(string kind)
    {
        await using var demo = await RunningDemo.StartAsync(
            RunningDemo.Small with { ReadyWithin = TimeSpan.FromSeconds(30) }, kind);
        Assert.Contains(await demo.DeployAsync("1.19.0", 1), c => c is { State: CardState.Succeeded });
        await demo.DeployAsync("missing", 2);
        await ToldAsync(
            demo, "statefulset ghostwire",
            "Normal ChangeStarted chatops-bot Deploy ghostwire 1.19.0 (change 1 · asked by operator · approved by approver)",
            "Normal ChangeSucceeded chatops-bot Deploy ghostwire 1.19.0 (change 1 · asked by operator · approved by approver)",
            "Warning ChangeRolledBack chatops-bot Deploy ghostwire missing: undone: ghostwire-0 cannot pull kasmweb/signal:missing");
    }

    [Fact]
    public async Task A_snapshot_tells_how_it_went_and_a_schedule_what_it_missed()
    {
        await using var demo = await RunningDemo.StartAsync();
        await demo.TypeAsync("/snapshot ghostwire");
        var snapshot = Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"));
        await ToldAsync(
            demo, $"snapshot {snapshot.Metadata.Name}",
            "Normal SnapshotStarted chatops-sidecar", $"Normal SnapshotSucceeded chatops-sidecar Archive {snapshot.Status.Archive!.Name}");
        var past = TimeProvider.System.GetUtcNow().AddHours(-2);
        await demo.TypeAsync(string.Create(CultureInfo.InvariantCulture, $"/schedule set ghostwire \"{past.Minute} {past.Hour} * * *\""));
        await demo.DueAsync("ghostwire", past.AddHours(-1));
        await ToldAsync(
            demo, "snapshotschedule ghostwire", "Warning ScheduleMissed chatops-bot No snapshot for", "nobody was there to begin it");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_snapshot_asked_for_by_hand_is_waited_for_as_anything_else(string kind)
    {
        await using var demo = await RunningDemo.StartAsync(kind: kind);
        await demo.Kubectl.OkAsync("create -f -", $"""
            apiVersion: {ChatOpsKinds.Snapshots.ApiVersion}
            kind: Snapshot
            metadata:
              name: by-hand
              namespace: signal
            spec:
              target: ghostwire
            """);
        await demo.Kubectl.OkAsync("wait --for=condition=Ready snapshot/by-hand -n signal --timeout=150s");
        Assert.Equal(SnapshotPhase.Succeeded, Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Status.Phase);
    }

    /// <summary>Returns once the events that describe lists have all of this in them; how wide its columns are does not matter.</summary>
    private static async Task ToldAsync(RunningDemo demo, string what, params string[] said)
    {
        var told = "";
        try
        {
            await Eventually.TrueAsync(what, async () =>
            {
                told = Narrow(await demo.Kubectl.OkAsync($"describe {what} -n signal"));
                return said.All(s => told.Contains(s, StringComparison.Ordinal));
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{what} tells:\n{told}");
        }
    }

    /// <summary>The section of the events without the column that ages: type, reason, from, message.</summary>
    private static string Narrow(string described)
    {
        var lines = described.Split("\nEvents:")[^1].Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return string.Join('\n', lines.Where(l => l.Length > 3).Select(l => string.Join(' ', l.Where((_, column) => column != 2))));
    }
}
