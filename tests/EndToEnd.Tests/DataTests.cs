using ChatOps.Bot.Chat;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The data itself, with the demo's stand-in for Signal and with Signal's own engine.</summary>
public sealed class DataTests
{
    public static TheoryData<string> Writers => ["stand-in", "signal"];

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task A_rollback_with_data_brings_back_the_database_of_before(string writer)
    {
        await using var demo = await StartAsync(writer);
        await using var books = MessageBooks.Of(demo.World.Home, writer == "signal");
        await demo.DeployAsync("1.19.0", 1);
        using var before = await RestoredAsync(demo, "ghostwire-before-1");
        var (cut, later) = (await books.CheckAsync(before.Path), await ThousandMoreAsync(demo, books));
        var late = Path.Combine(demo.World.Home, "written-after-the-deploy");
        await File.WriteAllTextAsync(late, "gone after the rollback", TestContext.Current.CancellationToken);
        await demo.TypeAsync("/rollback ghostwire data:yes");
        await demo.TypeAsync("/approve 2", "approver");
        await demo.CardAsync(
            "of the success", c => c is { State: CardState.Succeeded, Title: "Roll back ghostwire to 1.18.0 with data" }, 1);
        var now = await books.CheckAsync(demo.World.Home);
        Assert.Empty(now.Problems);
        Assert.InRange(now.Last, cut.Last, later - 1);
        Assert.False(File.Exists(late));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Every_archive_restores_by_hand_and_shows_one_instant(string writer)
    {
        await using var demo = await StartAsync(writer);
        await using var books = MessageBooks.Of(demo.World.Home, writer == "signal");
        await demo.TypeAsync("/snapshot ghostwire");
        await demo.DeployAsync("1.19.0", 1);
        await demo.TypeAsync("/snapshot ghostwire");
        var last = 0L;
        foreach (var snapshot in (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).OrderBy(s => s.Status.CutTime))
        {
            using var copy = await RestoredAsync(demo, snapshot.Metadata.Name);
            var verdict = await books.CheckAsync(copy.Path);
            Assert.Empty(verdict.Problems);
            Assert.True(verdict.Last > last, $"{snapshot.Metadata.Name} ends with message {verdict.Last}, the one before it with {last}");
            last = verdict.Last;
        }
        Assert.Equal(3, Directory.GetFiles(demo.World.Archives, "*.tar.zst", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("real")]
    public async Task A_rollback_whose_job_the_cluster_refuses_leaves_all_as_it_was(string kind)
    {
        await using var demo = await RunningDemo.StartAsync(new DemoOptions { SeedMegabytes = 8 }, kind);
        await using var books = MessageBooks.Of(demo.World.Home, signal: false);
        await demo.DeployAsync("1.19.0", 1);
        var late = Path.Combine(demo.World.Home, "written-after-the-deploy");
        await File.WriteAllTextAsync(late, "kept", TestContext.Current.CancellationToken);
        var last = (await books.CheckAsync(demo.World.Home)).Last;
        await RefuseJobsAsync(demo);
        await demo.TypeAsync("/rollback ghostwire data:yes");
        await demo.TypeAsync("/approve 2", "approver");
        var (_, card) = await demo.CardAsync(
            "of the way back", c => c is { State: CardState.Failed, Title: "Roll back ghostwire to 1.18.0 with data: undone" }, 1);
        Assert.Contains("exceeded quota: none", PlainText.Render(card), StringComparison.Ordinal);
        Assert.Contains("kubectl -n signal describe resourcequota", PlainText.Render(card), StringComparison.Ordinal);
        Assert.True(File.Exists(late));
        await Eventually.TrueAsync("it writes on", async () =>
            await books.CheckAsync(demo.World.Home) is { Problems.Count: 0 } now && now.Last > last);
    }

    /// <summary>As somebody does who lets no Jobs run in the namespace.</summary>
    private static async Task RefuseJobsAsync(RunningDemo demo)
    {
        if (demo.World.Embedded is { } embedded)
        {
            const string Words = "jobs.batch \"ghostwire-restore-2\" is forbidden: exceeded quota: none, "
                + "requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0";
            embedded.Faults.Fail(
                1, 403, when: r => r.Method == "POST" && r.Path.Value!.EndsWith("/jobs", StringComparison.Ordinal), message: Words);
            return;
        }
        await demo.Kubectl.OkAsync("create quota none -n signal --hard=count/jobs.batch=0");
        await Eventually.TrueAsync("the quota counts", async () =>
            await demo.Kubectl.OkAsync("get quota none -n signal -o jsonpath={.status.hard}") is { Length: > 2 });
    }

    private static Task<RunningDemo> StartAsync(string writer)
    {
        if (writer == "signal") Requirements.NeedSignalEngine();
        return RunningDemo.StartAsync(new DemoOptions { SeedMegabytes = 8, Signal = writer == "signal" });
    }

    /// <summary>Long enough that no number can be mistaken for one of before.</summary>
    private static async Task<long> ThousandMoreAsync(RunningDemo demo, MessageBooks books)
    {
        var enough = (await books.CheckAsync(demo.World.Home)).Last + 1000;
        await Eventually.TrueAsync("a thousand more messages", async () => (await books.CheckAsync(demo.World.Home)).Last >= enough);
        return enough;
    }

    private static async Task<TemporaryDirectory> RestoredAsync(RunningDemo demo, string snapshot)
    {
        var snapshots = await demo.ListAsync(ChatOpsKinds.Snapshots, "signal");
        var archive = snapshots.Single(s => s.Metadata.Name == snapshot).Status.Archive!.Name;
        var into = new TemporaryDirectory();
        var (code, output, errors) = await OwnProgram.RunAsync(
            "sidecar.dll", "restore", archive, "--into", into.Path, "--store", demo.World.Archives, "--target", "ghostwire");
        Assert.True(code == 0, output + errors);
        return into;
    }
}
