using ChatOps.Demo.Scripts;
using ChatOps.EndToEnd.Tests.Charts;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The whole path as people type it, on real processes: the bot, the sidecar and the writer of the demo.</summary>
public sealed class DemoScriptTests : IDisposable
{
    public static TheoryData<string> Kinds => [.. ClusterUnderTest.Kinds];

    /// <summary>What the transcript must say, in this order.</summary>
    private static readonly string[] Story =
    [
        "pinned", "never waited", "guest may not deploy", "Deploy ghostwire 1.19.0: needs approval", "operator may not approve",
        "guest may not approve", "✅ Deploy ghostwire 1.19.0", "change 1 no longer waits for approval", "already runs kasmweb/signal:1.19.0",
        "❌ Deploy ghostwire missing: rolled back", "cannot pull kasmweb/signal:missing", "back on 1.19.0",
        "❌ Deploy ghostwire broken: rolled back", "did not become ready", "back on 1.19.0", "ghostwire is up",
        "Roll back ghostwire to 1.18.0: image only, or with data?",
        "Deploy ghostwire 1.20.0: denied by approver", "not on a Friday",
        "✅ Roll back ghostwire to 1.18.0", "✅ Deploy ghostwire 1.19.0", "image only, or with data?",
        "✅ Roll back ghostwire to 1.18.0 with data", "History of ghostwire", "revision", "1.18.0 · live",
        "snapshots of ghostwire", "ghostwire is up", "Did you mean ghostwire?", "Did you mean /snapshot?",
        "there is no change 99", "that is no command",
        "all as expected",
    ];

    private readonly Helm _helm = new();

    public void Dispose() => _helm.Dispose();

    /// <summary>On the embedded cluster with no right but those that the chart gives; on the real API server with all.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_whole_path_goes_as_its_script_says(string kind)
    {
        var options = RunningDemo.Small with { ReadyWithin = TimeSpan.FromSeconds(12) };
        await using var demo = await RunningDemo.StartAsync(options, kind);
        await using var front = kind == "real" ? null : await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        var transcript = new StringWriter();
        var code = await ScriptRun.RunAsync(demo.Page, Lines("whole-path.txt"), transcript, TestContext.Current.CancellationToken);
        TestContext.Current.AddAttachment($"transcript-{kind}", transcript.ToString());
        Assert.True(code == 0, transcript.ToString());
        AssertTells(transcript.ToString(), Story);
        await AssertRestsAsync(demo);
        if (front is null) return;
        TestContext.Current.AddAttachment("used", string.Join('\n', front.Passed));
        Assert.Empty(front.Refused);
        Assert.Contains("patch statefulsets.apps", front.Passed);
    }

    [Fact]
    public async Task The_demo_ends_with_0_and_keeps_what_it_was_told_to_keep()
    {
        using var kept = new TemporaryDirectory();
        var (code, output, errors) = await OwnProgram.RunAsync("chatops-demo.dll", "--script", Script("snapshot.txt"), "--keep", kept.Path);
        Assert.True(code == 0, output + errors);
        var volumes = Path.Combine(kept.Path, "volumes", "signal");
        Assert.True(File.Exists(Path.Combine(volumes, "signal-data-ghostwire-0", ".config", "Signal", "sql", "db.sqlite")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(volumes, "ghostwire-archives"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_demo_ends_with_1_when_a_line_goes_otherwise_than_expected()
    {
        var (code, output, _) = await OwnProgram.RunAsync("chatops-demo.dll", "--script", Script("surprise.txt"));
        Assert.Equal(1, code);
        Assert.Contains("this should have failed, and did not", output, StringComparison.Ordinal);
        Assert.Contains("1 surprise", output, StringComparison.Ordinal);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private static string[] Lines(string name) => File.ReadAllLines(Script(name));

    private static void AssertTells(string transcript, IEnumerable<string> story)
    {
        var at = 0;
        foreach (var sentence in story)
        {
            var found = transcript.IndexOf(sentence, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{sentence}' is not told after: {transcript[Math.Max(0, at - 200)..at]}\n\n{transcript}");
            at = found + sentence.Length;
        }
    }

    /// <summary>Nothing is left in between: no pod that never became ready, no change or snapshot still open.</summary>
    private static async Task AssertRestsAsync(RunningDemo demo)
    {
        var pods = (await demo.ListAsync(ChatOps.Kubernetes.Kinds.Pods, "signal")).Where(p => p.Status.Phase == "Running").ToList();
        Assert.True(Assert.Single(pods).IsReady);
        var changes = await demo.ListAsync(ChatOpsKinds.Changes, "chatops");
        Assert.All(changes, c => Assert.True(c.Status.IsFinal));
        // The readiness probe of the release begins a second after the container; news of going and coming may differ in how late they are.
        Assert.All(
            changes.Where(c => c.Status.Phase == ChangePhase.Succeeded),
            c => Assert.InRange(c.Status.DowntimeSeconds ?? 0, 0.5, 60));
        Assert.All(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"), s => Assert.Equal(SnapshotPhase.Succeeded, s.Status.Phase));
    }
}
