using System.Text.RegularExpressions;
using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>
/// The real bot with the rights the chart gives it, less one at a time: whoever asked is told which verb on which resource in which
/// namespace is missing, nothing is left half done, and with the right given back the same works.
/// </summary>
public sealed partial class RightsTakenAwayTests : IDisposable
{
    private const string Group = "chatops.ghostwire.io";

    private const string ReadSet = "get statefulsets.apps", ReadRevisions = "list controllerrevisions.apps", ReadPods = "list pods",
        ReadClaim = "get persistentvolumeclaims", WriteSet = "patch statefulsets.apps", Create = $"create changes.{Group}";

    /// <summary>What the bot does by itself while a command runs.</summary>
    private static readonly string[] OfItsOwn =
    [
        "patch leases.coordination.k8s.io", $"patch changes.{Group}", $"patch snapshots.{Group}", $"patch snapshotschedules/status.{Group}",
        $"watch changes.{Group}", $"watch snapshots.{Group}", $"watch snapshotschedules.{Group}",
        $"get snapshotschedules.{Group}", $"watch restores.{Group}", "watch jobs.batch",
    ];

    private readonly Helm _helm = new();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _helm.Dispose();

    [Fact]
    public async Task Each_right_a_command_needs_is_named_in_its_answer()
    {
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        await RefusedAsync(demo, front, "/status ghostwire", ReadSet, ReadRevisions, ReadPods);
        await RefusedAsync(demo, front, "/history ghostwire", ReadSet, ReadRevisions);
        await RefusedAsync(demo, front, "/snapshots ghostwire");
        await RefusedAsync(demo, front, "/snapshot ghostwire", ReadSet, ReadRevisions, ReadPods, $"create snapshots.{Group}");
        await RefusedAsync(demo, front, "/schedule set ghostwire \"0 3 * * *\"", $"patch snapshotschedules.{Group}");
        await RefusedAsync(demo, front, "/schedule list ghostwire", $"list snapshotschedules.{Group}");
        await RefusedAsync(demo, front, "/schedule pause ghostwire", $"list snapshotschedules.{Group}", $"patch snapshotschedules.{Group}");
        await RefusedAsync(
            demo, front, "/schedule remove ghostwire", $"list snapshotschedules.{Group}", $"delete snapshotschedules.{Group}");
        await RefusedAsync(demo, front, "/deploy ghostwire 1.19.0", ReadSet, ReadRevisions, ReadPods, ReadClaim, WriteSet, Create);
        await RefusedAsync(demo, front, "/deny 1", $"get changes.{Group}", $"patch changes/status.{Group}");
        await RefusedAsync(demo, front, "/rollback ghostwire 1 data:no", ReadSet, ReadRevisions, ReadPods, ReadClaim, WriteSet, Create);
        string[] needed = [$"get changes.{Group}", ReadSet, ReadRevisions, ReadPods, ReadClaim, WriteSet, $"patch changes/status.{Group}"];
        foreach (var right in needed)
            AssertNamed(right, await WithoutAsync(front, right, () => demo.TypeAsync("/approve 2", "approver")));
        Assert.Equal(ChangePhase.AwaitingApproval, (await demo.ChangeAsync(2)).Status.Phase);
        Assert.Contains(await demo.TypeAsync("/approve 2", "approver"), c => c is { State: CardState.Succeeded });
    }

    [Fact]
    public async Task So_is_each_that_bringing_a_sidecar_and_taking_it_away_needs()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small with { Release = WithoutSidecar() });
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        await RefusedAsync(
            demo, front, "/attach ghostwire",
            ReadSet, ReadRevisions, ReadPods, ReadClaim, "get serviceaccounts", "get configmaps", WriteSet, Create);
        Assert.Contains(await demo.TypeAsync("/approve 1", "approver"), c => c is { State: CardState.Succeeded });
        await RefusedAsync(demo, front, "/detach ghostwire", ReadSet, ReadRevisions, ReadPods, ReadClaim, WriteSet, Create);
    }

    [Fact]
    public async Task A_change_that_is_forbidden_before_it_wrote_anything_fails_and_says_so()
    {
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        var number = 0;
        foreach (var right in (string[])[$"create snapshots.{Group}", $"watch snapshots.{Group}"])
        {
            var failed = await WithoutAsync(front, right, () => demo.DeployAsync("1.19.0", ++number));
            AssertNamed(right, failed);
            Assert.Contains("nothing was changed", Text(failed), StringComparison.Ordinal);
            Assert.Equal((ChangePhase.Failed, null), await EndAsync(demo, number));
        }
        Assert.Contains(await demo.DeployAsync("1.19.0", ++number), c => c is { State: CardState.Succeeded });
    }

    [Fact]
    public async Task One_that_may_not_watch_goes_back_and_one_that_may_not_go_back_says_what_to_do()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small with { ReadyWithin = TimeSpan.FromSeconds(12) });
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        AssertNamed("watch pods", await WithoutAsync(front, "watch pods", () => demo.DeployAsync("1.19.0", 1)));
        // The template is back at once; that its pod is, the bot could not see.
        Assert.Equal("kasmweb/signal:1.18.0", (await SetAsync(demo)).Spec.Template.Spec.Containers[0].Image);
        await Eventually.TrueAsync("its pod is back", async () =>
            await SetAsync(demo) is { Status: { ReadyReplicas: 1, UpdatedReplicas: 1 } });
        AssertNamed("delete pods", await WithoutAsync(front, "delete pods", () => demo.DeployAsync("missing", 2)));
        Assert.Equal(ChangePhase.Failed, (await EndAsync(demo, 2)).Phase);
        Assert.Contains(await demo.DeployAsync("1.19.0", 3), c => c is { State: CardState.Succeeded });
    }

    [Fact]
    public async Task A_restore_that_may_not_begin_leaves_everything_as_it_was()
    {
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        await demo.DeployAsync("1.19.0", 1);
        var late = Path.Combine(demo.World.Home, "written-after-the-deploy");
        await File.WriteAllTextAsync(late, "kept until a rollback succeeds", Ended);
        AssertNamed("create jobs.batch", await WithoutAsync(front, "create jobs.batch", () => BackWithDataAsync(demo, 2)));
        Assert.Equal(ChangePhase.RolledBack, (await EndAsync(demo, 2)).Phase);
        var set = await SetAsync(demo);
        Assert.Equal((1, "kasmweb/signal:1.19.0"), (set.Status.ReadyReplicas, set.Spec.Template.Spec.Containers[0].Image));
        Assert.True(File.Exists(late));
        Assert.Contains(await BackWithDataAsync(demo, 3), c => c is { State: CardState.Succeeded });
        Assert.False(File.Exists(late));
    }

    [Fact]
    public async Task One_that_may_not_be_followed_is_waited_for_before_the_application_starts()
    {
        const string Right = $"watch restores.{Group}";
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        await demo.DeployAsync("1.19.0", 1);
        await demo.TypeAsync("/rollback ghostwire data:yes");
        front.Take(Right);
        await demo.SayAsync("/approve 2", "approver");
        await LacksAsync(demo, Right);
        AssertNamed(Right, await StatusAsync(demo));
        Assert.Equal(0, (await SetAsync(demo)).Spec.Replicas);
        front.GiveBack();
        await demo.CardAsync(
            "of the rollback that went on",
            c => c is { State: CardState.Succeeded, Title: "Roll back ghostwire to 1.18.0 with data" }, 90);
    }

    [Fact]
    public async Task What_kubectl_describe_would_tell_stands_in_nothings_way()
    {
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        Assert.Contains(
            await WithoutAsync(front, "create events", () => demo.DeployAsync("1.19.0", 1)), c => c is { State: CardState.Succeeded });
        Assert.Single(demo.Log, l => l.Contains("ChangeStarted on StatefulSet ghostwire", StringComparison.Ordinal));
        Assert.DoesNotContain(demo.Log, l => l.Contains("ChangeSucceeded on", StringComparison.Ordinal));
        Assert.Contains(
            await WithoutAsync(front, "list events", () => demo.DeployAsync("1.20.0", 2)), c => c is { State: CardState.Succeeded });
    }

    [Fact]
    public async Task One_whose_progress_may_not_be_noted_waits_and_status_says_for_what()
    {
        const string Right = $"patch changes/status.{Group}";
        // Its snapshot is still on its way when the right is gone.
        await using var demo = await RunningDemo.StartAsync(RunningDemo.SlowSnapshots);
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        await demo.TypeAsync("/deploy ghostwire 1.19.0");
        await demo.SayAsync("/approve 1", "approver");
        await Eventually.TrueAsync(
            "the snapshot is being taken", async () => (await demo.ChangeAsync(1)).Status.Step("snapshot") is not null);
        front.Take(Right);
        await LacksAsync(demo, Right);
        AssertNamed(Right, await StatusAsync(demo));
        Assert.False((await demo.ChangeAsync(1)).Status.IsFinal);
        Assert.Single(demo.Log, l => l.Contains("lacks the verb patch on changes/status", StringComparison.Ordinal));
        front.GiveBack();
        await demo.CardAsync("of the change that went on", c => c is { State: CardState.Succeeded, Title: "Deploy ghostwire 1.19.0" });
    }

    [Theory]
    [InlineData("list")]
    [InlineData("watch")]
    public async Task A_bot_that_may_not_follow_its_resources_says_so_where_people_look(string verb)
    {
        await using var demo = await RunningDemo.StartAsync();
        await using var front = await RightsFront.BehindAsync(demo, await _helm.ObjectsAsync("targets"));
        front.Take($"{verb} snapshots.{Group}");
        // The one before may have missed it too.
        await demo.World.KillBotAsync();
        var before = demo.Log.Count;
        await demo.World.StartBotAsync(Ended);
        using var http = new HttpClient { BaseAddress = new Uri(new Uri(demo.World.SignInLink), "/") };
        var named = $"lacks the verb {verb} on snapshots of {Group}: add it to the Role in namespace signal";
        await Eventually.TrueAsync("readiness names it", async () => (await ReadyAsync(http)).Contains(named, StringComparison.Ordinal));
        Assert.StartsWith(verb == "list" ? "waiting for the API server" : "ready", await ReadyAsync(http), StringComparison.Ordinal);
        Assert.Single(demo.Log.Skip(before), l => l.Contains(named, StringComparison.Ordinal));
        front.GiveBack();
        Assert.Contains(await demo.TypeAsync("/snapshot ghostwire"), c => c is { State: CardState.Succeeded });
        Assert.StartsWith("ready", await ReadyAsync(http), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<Card>> BackWithDataAsync(RunningDemo demo, int number)
    {
        await demo.TypeAsync("/rollback ghostwire data:yes");
        return await demo.TypeAsync($"/approve {number}", "approver");
    }

    /// <summary>Types a line once without each of the rights it needs, then with all; these and no others are what it used.</summary>
    private static async Task RefusedAsync(RunningDemo demo, RightsFront front, string line, params string[] rights)
    {
        var before = await ThereAsync(demo);
        foreach (var right in rights) AssertNamed(right, await WithoutAsync(front, right, () => demo.TypeAsync(line)));
        Assert.Equal(before, await ThereAsync(demo));
        var mark = front.Mark;
        var answers = await demo.TypeAsync(line);
        Assert.DoesNotContain(answers, c => c.State == CardState.Failed);
        Assert.Equal(rights.Order(StringComparer.Ordinal), front.PassedSince(mark).Except(OfItsOwn.Except(rights)));
    }

    private static async Task<IReadOnlyList<Card>> WithoutAsync(RightsFront front, string right, Func<Task<IReadOnlyList<Card>>> act)
    {
        front.Take(right);
        try
        {
            var cards = await act();
            Assert.NotEmpty(front.Refused);
            return cards;
        }
        finally
        {
            front.GiveBack();
        }
    }

    private static void AssertNamed(string right, IReadOnlyList<Card> cards) =>
        Assert.Contains(Lack(right), Text(cards), StringComparison.Ordinal);

    private static string Lack(string right)
    {
        var (verb, resource, group) = (Parts().Match(right) is var m
            ? (m.Groups["verb"], m.Groups["resource"], m.Groups["group"])
            : default);
        var of = group.Success ? $" of {group}" : "";
        var place = resource.Value.StartsWith("changes", StringComparison.Ordinal) ? "chatops" : "signal";
        return $"lacks the verb {verb} on {resource}{of}: add it to the Role in namespace {place}";
    }

    private static string Text(IEnumerable<Card> cards) => string.Join('\n', cards.Select(PlainText.Render));

    /// <summary>That the API server has refused is not yet that the bot has heard it.</summary>
    private static Task LacksAsync(RunningDemo demo, string right) => Eventually.TrueAsync(
        "the bot knows what it lacks", () => demo.Log.Any(l => l.Contains(Lack(right), StringComparison.Ordinal)));

    private static async Task<IReadOnlyList<Card>> StatusAsync(RunningDemo demo)
    {
        await demo.SayAsync("/status ghostwire");
        return [(await demo.CardAsync("of how it is", c => c.Title.StartsWith("ghostwire is", StringComparison.Ordinal))).Card];
    }

    private static async Task<string> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("health/ready", Ended);
        return await answer.Content.ReadAsStringAsync(Ended);
    }

    private static async Task<(ChangePhase Phase, double? Away)> EndAsync(RunningDemo demo, int number)
    {
        var status = (await demo.ChangeAsync(number)).Status;
        return (status.Phase, status.DowntimeSeconds);
    }

    private static async Task<StatefulSet> SetAsync(RunningDemo demo) => (await demo.ListAsync(Kinds.StatefulSets, "signal"))[0];

    /// <summary>Everything of ours that a command could leave behind.</summary>
    private static async Task<IReadOnlyList<string>> ThereAsync(RunningDemo demo) =>
    [
        .. (await demo.ListAsync(ChatOpsKinds.Changes, "chatops")).Select(c => $"{c.Metadata.Name} {c.Status.Phase}"),
        .. (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Select(s => $"{s.Metadata.Name} {s.Status.Phase}"),
        .. (await demo.ListAsync(ChatOpsKinds.SnapshotSchedules, "signal")).Select(s => $"{s.Metadata.Name} {s.Spec.Suspend}"),
    ];

    /// <summary>The demo's release as its own chart brings it, with what the chart of ours makes for a sidecar.</summary>
    private static string WithoutSidecar()
    {
        var release = File.ReadAllText(Path.Combine(Repository.Root, "demo", "World", "ghostwire.yaml"));
        var bare = SidecarContainer().Replace(release, "");
        Assert.NotEqual(release, bare);
        return $$"""
            {{bare}}
            ---
            { apiVersion: v1, kind: ServiceAccount, metadata: { name: ghostwire-sidecar, namespace: signal } }
            ---
            { apiVersion: v1, kind: ConfigMap, metadata: { name: ghostwire-sidecar, namespace: signal },
              data: { sidecar.yaml: "target: ghostwire" } }
            ---
            { apiVersion: v1, kind: ConfigMap, metadata: { name: kube-root-ca.crt, namespace: signal }, data: { ca.crt: "" } }

            """;
    }

    [GeneratedRegex("^ {8}- name: sidecar\n.*?(?=^ {2}volumeClaimTemplates:)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex SidecarContainer();

    [GeneratedRegex(@"^(?<verb>\w+) (?<resource>[\w/]+)(?:\.(?<group>.+))?$")]
    private static partial Regex Parts();
}
