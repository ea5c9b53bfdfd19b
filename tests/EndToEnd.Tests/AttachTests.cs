using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Charts;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using static ChatOps.EndToEnd.Tests.Support.AttachableRelease;

namespace ChatOps.EndToEnd.Tests;

/// <summary>
/// The sidecar comes beside a release of Ghostwire's shape from chat, works there, stays through what others do to the release, and goes.
/// </summary>
public sealed class AttachTests : IDisposable
{
    private readonly Helm _helm = new();
    private readonly TemporaryDirectory _folder = new();

    public void Dispose()
    {
        _helm.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_attached_natively_works_survives_a_rollback_and_is_detached()
    {
        await using var demo = await RunningDemo.StartAsync(Options with { Release = Namespaces + Ground + Release() });
        var kubectl = demo.Kubectl;
        var before = await PodSpecAsync(kubectl);
        Assert.Contains(
            await demo.TypeAsync("/status ghostwire"), c => c.Fields.Any(f => f.Value == "none; /attach ghostwire puts it there"));

        await ChangeAsync(demo, "/attach ghostwire", 1, "Attach the sidecar to ghostwire");
        var attached = await PodSpecAsync(kubectl);
        Assert.Equal("Always", (string?)Assert.Single(attached["initContainers"]!.AsArray())!["restartPolicy"]);
        Assert.Equal("NothingToDo", await ReasonAsync(demo, "/attach ghostwire"));
        await SnapshotAsync(demo);

        // Back to a version from before the sidecar: the version goes back, the sidecar stays.
        await ChangeAsync(demo, "/deploy ghostwire 1.19.0", 2, "Deploy ghostwire 1.19.0");
        await ChangeAsync(demo, "/rollback ghostwire 1 data:no", 3, "Roll back ghostwire to 1.18.0-rolling-daily");
        Assert.Equal(attached["initContainers"]!.ToJsonString(), (await PodSpecAsync(kubectl))["initContainers"]!.ToJsonString());
        await SnapshotAsync(demo);

        await ChangeAsync(demo, "/detach ghostwire", 4, "Detach the sidecar from ghostwire");
        Assert.Equal("NothingToDo", await ReasonAsync(demo, "/detach ghostwire"));
        Assert.Equal(Canonical(before), Canonical(await PodSpecAsync(kubectl)));
        Assert.Equal(5, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count(s => s.Status.Phase == SnapshotPhase.Succeeded));
    }

    [Fact]
    public async Task One_that_does_not_come_up_is_taken_away_again()
    {
        // Settings that the sidecar refuses.
        var ground = Ground.Replace("target: ghostwire", "tarrget: ghostwire", StringComparison.Ordinal);
        await using var demo = await RunningDemo.StartAsync(Options with { Release = Namespaces + ground + Release() });
        var kubectl = demo.Kubectl;
        var before = await PodSpecAsync(kubectl);
        await demo.TypeAsync("/attach ghostwire");
        await demo.SayAsync("/approve 1", "approver");
        await demo.CardAsync(
            "of the way back", c => c is { State: CardState.Failed, Title: "Attach the sidecar to ghostwire: undone" }, 90);
        Assert.Equal(Canonical(before), Canonical(await PodSpecAsync(kubectl)));
        Assert.Contains(await demo.TypeAsync("/status ghostwire"), c => c.Title == "ghostwire is up");
    }

    [Theory]
    [InlineData("serviceaccount ghostwire-sidecar", "ServiceAccount ghostwire-sidecar is not in signal")]
    [InlineData("configmap ghostwire-sidecar", "ConfigMap ghostwire-sidecar is not in signal")]
    [InlineData("pvc ghostwire-archives", "claim ghostwire-archives is not in signal")]
    public async Task Without_what_it_stands_on_it_is_refused_with_what_to_do(string missing, string said)
    {
        await using var demo = await RunningDemo.StartAsync(Options with { Release = Namespaces + Ground + Release() });
        await demo.Kubectl.OkAsync($"delete {missing} -n signal");
        var refused = Assert.Single(await demo.TypeAsync("/attach ghostwire"));
        Assert.Equal(CardState.Failed, refused.State);
        Assert.Contains($"{said}; set sidecar.targets.ghostwire in the chart's values", refused.Title, StringComparison.Ordinal);
        Assert.Empty(await demo.ListAsync(ChatOpsKinds.Changes, "chatops"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Helm_upgrades_and_rolls_back_the_release_and_the_sidecar_stays(bool serverSide)
    {
        Requirements.NeedRealApiServer();
        await using var server = await LentServers.TakeAsync();
        var kubeconfig = Path.Combine(_folder.Path, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Api.Kubeconfig, TestContext.Current.CancellationToken);
        var kubectl = new Kubectl(Tools.Kubectl!, kubeconfig, Path.Combine(_folder.Path, "cache"));
        var side = $"--server-side={(serverSide ? "true" : "false")}";
        await kubectl.OkAsync("create namespace signal");
        await HelmAsync("install", "ghostwire", await ChartAsync(), side);
        await using var world = await DemoWorld.StartOnAsync(
            server.Api.Kubeconfig, Options with { Release = Namespaces + Ground, Log = _ => { } }, TestContext.Current.CancellationToken);
        await using var page = await Demo.Scripts.PageClient.SignInAsync(world.SignInLink, TestContext.Current.CancellationToken);

        await TypeAsync("operator", "/attach ghostwire");
        await TypeAsync("approver", "/approve 1", decides: "1");
        Assert.Contains(page.Cards, c => c.Card is { State: CardState.Succeeded, Title: "Attach the sidecar to ghostwire" });
        // This server is older than native sidecars.
        Assert.Equal(["signal", "sidecar"], Containers(await PodSpecAsync(kubectl)));
        var sidecar = Sidecar(await PodSpecAsync(kubectl));

        await HelmAsync("upgrade", "ghostwire", await ChartAsync(), side, "--set", "tag=1.19.0");
        var upgraded = await PodSpecAsync(kubectl);
        Assert.Equal("kasmweb/signal:1.19.0", (string?)upgraded["containers"]![0]!["image"]);
        Assert.Equal(sidecar, Sidecar(upgraded));
        await HelmAsync("rollback", "ghostwire", "1", side);
        var back = await PodSpecAsync(kubectl);
        Assert.Equal("kasmweb/signal:1.18.0-rolling-daily", (string?)back["containers"]![0]!["image"]);
        Assert.Equal(sidecar, Sidecar(back));
        Assert.Equal(("ghostwire-sidecar", false), ((string?)back["serviceAccountName"], (bool?)back["automountServiceAccountToken"]));

        await kubectl.OkAsync("rollout status statefulset/ghostwire -n signal --timeout=150s");
        await TypeAsync("operator", "/detach ghostwire");
        await TypeAsync("approver", "/approve 2", decides: "2");
        Assert.Contains(page.Cards, c => c.Card is { State: CardState.Succeeded, Title: "Detach the sidecar from ghostwire" });
        var detached = await PodSpecAsync(kubectl);
        Assert.Equal(["signal"], Containers(detached));
        Assert.DoesNotContain("sidecar", detached.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(detached["automountServiceAccountToken"]);

        async Task TypeAsync(string account, string line, string? decides = null)
        {
            var moved = await page.TypeAsync(account, line, decides, TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
            Assert.All(moved, card => Assert.True(card.IsSettled && card.State != CardState.Failed, $"{line}: {PlainText.Render(card)}"));
        }

        Task<string> HelmAsync(params string[] arguments) =>
            _helm.OkAsync([.. arguments, "--namespace", "signal", "--kubeconfig", kubeconfig]);
    }

    private static DemoOptions Options => RunningDemo.Small with { ReadyWithin = TimeSpan.FromSeconds(20) };

    private static async Task ChangeAsync(RunningDemo demo, string line, int number, string title)
    {
        await demo.TypeAsync(line);
        await demo.SayAsync($"/approve {number}", "approver");
        await demo.CardAsync($"of the end of {line}", c => c.Title.StartsWith(title, StringComparison.Ordinal)
            && c.Footer?.StartsWith($"change {number} ", StringComparison.Ordinal) == true && c.State == CardState.Succeeded, 90);
    }

    private static async Task SnapshotAsync(RunningDemo demo) => Assert.Contains(
        await demo.TypeAsync("/snapshot ghostwire"), c => c is { State: CardState.Succeeded, Title: "Snapshot of ghostwire" });

    private static async Task<string> ReasonAsync(RunningDemo demo, string line) =>
        Assert.Single(await demo.TypeAsync(line)) is { State: CardState.Failed } card
            ? card.Title.Contains("already", StringComparison.Ordinal) || card.Title.Contains("no sidecar", StringComparison.Ordinal)
                ? "NothingToDo"
                : card.Title
            : "it was taken";

    private static async Task<JsonObject> PodSpecAsync(Kubectl kubectl) => (JsonObject)JsonNode.Parse(
        await kubectl.OkAsync("get statefulset ghostwire -n signal -o json"))!["spec"]!["template"]!["spec"]!;

    private static IEnumerable<string?> Containers(JsonObject pod) => pod["containers"]!.AsArray().Select(c => (string?)c!["name"]);

    private static string Sidecar(JsonObject pod) =>
        pod["containers"]!.AsArray().Single(c => (string?)c!["name"] == "sidecar")!.ToJsonString();

    /// <summary>Without what is nothing, an empty list, and without the image, which going back pins to what ran.</summary>
    private static string Canonical(JsonObject pod)
    {
        var copy = (JsonObject)pod.DeepClone();
        ((JsonObject)copy["containers"]![0]!).Remove("image");
        foreach (var empty in copy.Where(p => p.Value is JsonArray { Count: 0 }).Select(p => p.Key).ToList()) copy.Remove(empty);
        return copy.ToJsonString();
    }

    private async Task<string> ChartAsync()
    {
        var chart = Directory.CreateDirectory(Path.Combine(_folder.Path, "ghostwire")).FullName;
        Directory.CreateDirectory(Path.Combine(chart, "templates"));
        await File.WriteAllTextAsync(Path.Combine(chart, "Chart.yaml"), "{apiVersion: v2, name: ghostwire, version: 1.0.0}");
        await File.WriteAllTextAsync(Path.Combine(chart, "values.yaml"), "tag: 1.18.0-rolling-daily\n");
        await File.WriteAllTextAsync(
            Path.Combine(chart, "templates", "release.yaml"),
            Release().Replace(":1.18.0-rolling-daily", ":{{ .Values.tag }}", StringComparison.Ordinal));
        return chart;
    }
}
