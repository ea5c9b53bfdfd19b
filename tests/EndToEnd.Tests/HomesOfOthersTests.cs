using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Charts;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using static ChatOps.EndToEnd.Tests.Support.AttachableRelease;

namespace ChatOps.EndToEnd.Tests;

/// <summary>Applications of any user, with a sidecar and restores as processes of the users that they really get.</summary>
public sealed class HomesOfOthersTests
{
    private const string Pod =
        "securityContext:\n        runAsUser: 1000\n        runAsGroup: 1000\n        fsGroup: 1000\n        runAsNonRoot: true\n";

    /// <summary>What the pod says, whom its image runs as by itself, what <c>home.runAs</c> says, and who reads and restores.</summary>
    public static TheoryData<string, long, string?, string> Users => new()
    {
        { "securityContext:\n        runAsUser: 472\n        runAsGroup: 472\n", 0, null, "472:472" },
        { "securityContext:\n", 33, "33:33", "33:33" },
        { Pod, 0, null, "1000:1000" },
        { "securityContext:\n        runAsUser: 0\n        runAsGroup: 0\n", 7, null, "0:0" },
    };

    [Theory]
    [MemberData(nameof(Users))]
    public async Task The_data_comes_back_as_its_owner_had_it(string pod, long image, string? runAs, string user)
    {
        await using var demo = await StartAsync(pod, image, runAs);
        await ShellAsync(demo, $"mkdir -p private/below; echo mine > private/below/f; chown -R {user} private; chmod 600 private/below/f; "
            + "chmod 700 private; chmod 2750 private/below; chmod -R go-rwx .config");
        Assert.Contains($"its home read-only, as user {user}", await AttachAsync(demo), StringComparison.Ordinal);
        Assert.Contains(
            await demo.TypeAsync("/snapshot ghostwire"), c => c is { State: CardState.Succeeded, Title: "Snapshot of ghostwire" });
        var archive = (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"))[^1].Status.Archive!.Name;
        var kept = await KeptAsync(demo);
        Assert.All(kept, line => Assert.EndsWith(user, line, StringComparison.Ordinal));

        await demo.Kubectl.OkAsync("scale statefulset/ghostwire -n signal --replicas=0");
        await demo.Kubectl.OkAsync("wait --for=delete pod/ghostwire-0 -n signal --timeout=60s");
        await ShellAsync(demo, "find . -mindepth 1 -delete");
        await demo.Kubectl.OkAsync("create -f -", $$"""
            apiVersion: chatops.ghostwire.io/v1alpha1
            kind: Restore
            metadata: { name: by-hand, namespace: signal }
            spec: { target: ghostwire, archive: {{archive}} }
            """);
        var end = await Eventually.ValueAsync("the end of the restore", async () =>
            (await demo.ListAsync(ChatOpsKinds.Restores, "signal")).Single().Status is { IsFinal: true } status ? status : null);
        Assert.True(end.Phase == RestorePhase.Succeeded, end.Error?.Message);
        Assert.Equal(kept, await KeptAsync(demo));

        await demo.Kubectl.OkAsync("scale statefulset/ghostwire -n signal --replicas=1");
        await demo.Kubectl.OkAsync("rollout status statefulset/ghostwire -n signal --timeout=60s");
        Assert.Contains(await demo.TypeAsync("/status ghostwire"), c => c.Title == "ghostwire is up");
    }

    [Fact]
    public async Task Where_nothing_says_whose_it_is_the_plan_warns_and_the_snapshot_says_who_could_read_it()
    {
        await using var demo = await StartAsync("securityContext:\n", 472, runAs: null);
        await ShellAsync(demo, "chmod -R go-rwx .config");
        Assert.Contains(
            "no securityContext says whose the home is; where it is not 1000:1000, set targets.ghostwire.home.runAs in chatops.yaml",
            await AttachAsync(demo), StringComparison.Ordinal);
        var card = (await demo.TypeAsync("/snapshot ghostwire"))[^1];
        Assert.Equal((CardState.Warning, "Snapshot of ghostwire: made, but incomplete"), (card.State, card.Title));
        Assert.Contains("; user 472:472 could read it: home.runAs in chatops.yaml", PlainText.Render(card), StringComparison.Ordinal);
        var ready = (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Single().Status.Conditions!.Single();
        Assert.Equal(("False", "Incomplete"), (ready.Status, ready.Reason));
    }

    /// <summary>Names, modes and owners of what is there all the time.</summary>
    private static async Task<string[]> KeptAsync(RunningDemo demo) =>
        (await ShellAsync(demo, "find private .config/*/sql/db.sqlite -printf '%p %m %U:%G\\n' | sort"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<RunningDemo> StartAsync(string pod, long image, string? runAs)
    {
        Requirements.Need(Environment.IsPrivilegedProcess ? null : "run the tests as root, who may be other users");
        var release = Release();
        Assert.Contains(Pod, release, StringComparison.Ordinal);
        return await RunningDemo.StartAsync(RunningDemo.Small with
        {
            Release = Namespaces + Ground + release.Replace(Pod, pod, StringComparison.Ordinal),
            ReadyWithin = TimeSpan.FromSeconds(30),
            RunAs = runAs,
            Users = new Dictionary<string, long> { ["kasmweb/signal"] = image, ["chatops/sidecar"] = 1000 },
        });
    }

    /// <summary>Returns the plan, as people saw it.</summary>
    private static async Task<string> AttachAsync(RunningDemo demo)
    {
        var plan = PlainText.Render((await demo.TypeAsync("/attach ghostwire"))[^1]);
        await demo.SayAsync("/approve 1", "approver");
        var (_, end) = await demo.CardAsync(
            "of the end", c => c.IsSettled && c.Footer?.Contains("approved by", StringComparison.Ordinal) == true);
        Assert.True(end.State == CardState.Succeeded, PlainText.Render(end));
        return plan;
    }

    /// <summary>In the home, as root.</summary>
    private static async Task<string> ShellAsync(RunningDemo demo, string line)
    {
        var run = await ToolRun.OfAsync("/bin/sh", ["-ec", $"cd '{demo.World.Home}'; {line}"], "", []);
        return run.Code == 0 ? run.Output : throw new InvalidOperationException(run.Errors);
    }
}
