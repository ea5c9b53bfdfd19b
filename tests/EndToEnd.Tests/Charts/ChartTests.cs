using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Sidecar.Settings;
using ChatOps.Testing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>What the chart renders, beside files that a person approved, and what it refuses.</summary>
public sealed class ChartTests : IDisposable
{
    private readonly Helm _helm = new();

    public static TheoryData<string> Sets => Helm.Sets;

    public void Dispose() => _helm.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Helm_has_nothing_to_say_against_it(string set) =>
        await _helm.OkAsync("lint", "--strict", Helm.Chart, "--values", Helm.ValuesOf(set));

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task It_renders_what_was_approved(string set) =>
        Assert.Equal(await File.ReadAllTextAsync(Helm.ApprovedOf(set)), await _helm.RenderAsync(set));

    [Theory]
    [InlineData("replcas=2", "additional properties 'replcas' not allowed")]
    [InlineData("image.tga=1", "additional properties 'tga' not allowed")]
    [InlineData("sidecar.targets.ghostwire.namespcae=x", "additional properties 'namespcae' not allowed")]
    [InlineData("sidecar.targets.ghostwire.archives.size=big", "/sidecar/targets/ghostwire/archives/size")]
    [InlineData("replicas=two", "'/replicas': got string, want integer")]
    [InlineData("ingress.enabled=sometimes", "'/ingress/enabled': got string, want boolean")]
    [InlineData("image.digest=latest", "'/image/digest'")]
    [InlineData("config.telegram.token=123:abc", "config.telegram.token: a token does not belong into a ConfigMap")]
    [InlineData("config.web.listen=0.0.0.0:80", "config.web.listen: the chart sets it")]
    [InlineData("config.targets.shop.workload=shop", "config.targets.shop.workload: write statefulset/NAME or deployment/NAME")]
    [InlineData(
        "config.targets.shop.workload=deployment/shop,config.targets.shop.home.claim=data",
        "config.targets.shop.home.path: name where the application has its home mounted")]
    [InlineData("ingress.enabled=true", "ingress.enabled: there is nothing to lead to")]
    [InlineData("sidecar.targets.ghostwire.namespace=signal", "sidecar.targets.ghostwire: nowhere to put archives")]
    public async Task What_is_mistyped_or_makes_no_sense_is_refused_by_its_name(string value, string said)
    {
        var run = await _helm.RunAsync("template", "chatops", Helm.Chart, "--set", value);
        Assert.NotEqual(0, run.Code);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("targets")]
    [InlineData("secrets")]
    public async Task The_bot_understands_the_settings_it_is_given(string set)
    {
        var map = (await _helm.ObjectsAsync(set)).Single(o => (string?)o["data"]?["chatops.yaml"] is not null);
        var (settings, faults) = SettingsReader.Read((string)map["data"]!["chatops.yaml"]!);
        Assert.Empty(faults);
        Assert.Equal("0.0.0.0:8080", settings!.Web.Listen);
    }

    [Fact]
    public async Task The_operator_of_prometheus_is_led_to_the_port_of_every_bot()
    {
        var rendered = await _helm.ObjectsAsync("secrets", "--set", "metrics.podMonitor=true");
        JsonObject One(string kind) => rendered.Single(o => (string?)o["kind"] == kind);
        var pod = One("Deployment")["spec"]!["template"]!;
        var monitor = One("PodMonitor")["spec"]!;
        var port = (string)monitor["podMetricsEndpoints"]![0]!["port"]!;
        Assert.Contains(
            pod["spec"]!["containers"]![0]!["ports"]!.AsArray(),
            p => (string?)p!["name"] == port && (long)p["containerPort"]! == 9090);
        Assert.All(
            monitor["selector"]!["matchLabels"]!.AsObject(),
            l => Assert.Equal((string?)pod["metadata"]!["labels"]![l.Key], (string?)l.Value));
        Assert.DoesNotContain(await _helm.ObjectsAsync("secrets"), o => (string?)o["kind"] == "PodMonitor");
    }

    [Fact]
    public async Task Without_a_target_no_bot_runs_as_it_would_refuse_its_settings()
    {
        Assert.Equal(0, await ReplicasAsync("default"));
        Assert.Equal(2, await ReplicasAsync("targets"));

        async Task<long> ReplicasAsync(string set) =>
            (long)(await _helm.ObjectsAsync(set)).Single(o => (string?)o["kind"] == "Deployment")["spec"]!["replicas"]!;
    }

    [Fact]
    public async Task The_sidecars_understand_the_settings_they_are_given()
    {
        using var folder = new TemporaryDirectory();
        var stores = new List<string?>();
        foreach (var map in (await _helm.ObjectsAsync("targets")).Where(o => o["data"]?["sidecar.yaml"] is not null))
        {
            var file = Path.Combine(folder.Path, "sidecar.yaml");
            await File.WriteAllTextAsync(file, (string)map["data"]!["sidecar.yaml"]!, TestContext.Current.CancellationToken);
            stores.Add(SidecarSettings.Read(new SettingValues(_ => null, _ => null, file)).Store);
        }
        Assert.Equal(["/archives", "s3://backups/notes"], stores);
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(503, 1)]
    public async Task Helm_test_asks_the_bot_whether_it_is_ready(int answer, int code)
    {
        string? asked = null;
        await using var bot = await LocalServer.StartAsync(context =>
        {
            (asked, context.Response.StatusCode) = (context.Request.Path, answer);
            return context.Response.WriteAsync("ready");
        });
        var pod = (await _helm.ObjectsAsync("default")).Single(o => (string?)o["kind"] == "Pod")["spec"]!["containers"]![0]!;
        string[] args = [.. pod["args"]!.AsArray().Select(a => (string)a!)];
        Assert.Equal(["probe", "http://chatops:80/health/ready"], args);
        var address = $"http://{bot.Url.Authority}{new Uri(args[1]).AbsolutePath}";
        var (ended, _, errors) = await OwnProgram.RunAsync("chatops-bot.dll", "probe", address);
        Assert.True(ended == code, errors);
        Assert.Equal("/health/ready", asked);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task No_pod_may_do_what_it_need_not(string set)
    {
        foreach (var pod in (await _helm.ObjectsAsync(set)).Select(PodOf).OfType<JsonNode>())
        {
            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
            Assert.Equal("RuntimeDefault", (string?)pod["securityContext"]!["seccompProfile"]!["type"]);
            var container = Assert.Single(pod["containers"]!.AsArray())!["securityContext"]!;
            Assert.True((bool)container["readOnlyRootFilesystem"]!);
            Assert.False((bool)container["allowPrivilegeEscalation"]!);
            Assert.Equal("ALL", (string?)container["capabilities"]!["drop"]![0]);
        }
    }

    private static JsonNode? PodOf(JsonObject rendered) => (string?)rendered["kind"] switch
    {
        "Pod" => rendered["spec"],
        "Deployment" => rendered["spec"]!["template"]!["spec"],
        _ => null,
    };
}
