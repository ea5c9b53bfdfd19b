using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class RestoreJobTests
{
    private static readonly HomeSettings Home = new() { Path = "/home/kasm-user", Claim = "data", SidecarImage = "sidecar:1" };

    [Fact]
    public void It_has_the_settings_and_the_keys_of_the_sidecar()
    {
        var container = ContainerOf(Made(Home with { ArchiveClaim = "archives" }, configured: true));
        Assert.Equal(
            ["restore", "a-1", "--into", "/home/kasm-user", "--target", "shop", "--json", "--store", "/archives"],
            Texts(container["args"]));
        Assert.Equal(["home", "scratch", "config", "archives"], Mounts(container));
        Assert.Contains("SIDECAR_CONFIG", Names(container["env"]));
        Assert.Equal("shop-sidecar-store", (string?)container["envFrom"]![0]!["secretRef"]!["name"]);
        Assert.True((bool)container["envFrom"]![0]!["secretRef"]!["optional"]!);
    }

    [Fact]
    public void Without_settings_and_a_claim_for_archives_it_asks_for_neither()
    {
        var container = ContainerOf(Made(Home, configured: false));
        Assert.Equal(["home", "scratch"], Mounts(container));
        Assert.DoesNotContain("SIDECAR_CONFIG", Names(container["env"]));
        Assert.DoesNotContain("--store", Texts(container["args"]));
    }

    [Fact]
    public void Only_where_it_is_declared_the_identity_is_mounted()
    {
        var job = Made(Home with { IdentitySecret = "key" }, configured: true);
        var volumes = job["spec"]!["template"]!["spec"]!["volumes"]!.AsArray();
        Assert.Equal("key", (string?)volumes.Single(v => (string?)v!["name"] == "identity")!["secret"]!["secretName"]);
        Assert.Equal(["--identity", "/identity/key.txt"], Texts(ContainerOf(job)["args"]).TakeLast(2));
        Assert.DoesNotContain("identity", Made(Home, configured: true).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_pod_has_no_token_and_writes_to_nothing_but_the_home_and_scratch()
    {
        var job = Made(Home with { ArchiveClaim = "archives", IdentitySecret = "key" }, configured: true);
        Assert.False((bool)job["spec"]!["template"]!["spec"]!["automountServiceAccountToken"]!);
        Assert.Equal(
            ["home", "scratch"],
            ContainerOf(job)["volumeMounts"]!.AsArray().Where(m => !(bool)m!["readOnly"]!).Select(m => (string?)m!["name"]));
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    [InlineData("$(SECRET)", false)]
    [InlineData(null, false)]
    public void It_goes_on_with_the_trace_of_the_restore_and_with_nothing_else_that_stands_there(string? annotation, bool goesOn)
    {
        var variables = ContainerOf(Made(Home, configured: false, annotation))["env"]!.AsArray();
        Assert.Equal(goesOn ? annotation : null, (string?)variables.SingleOrDefault(v => (string?)v!["name"] == "TRACEPARENT")?["value"]);
    }

    [Fact]
    public void It_runs_as_the_application_and_gives_volumes_to_no_other_group()
    {
        var said = new PodSecurityContext
        {
            RunAsUser = 472,
            FsGroup = 5,
            FsGroupChangePolicy = "OnRootMismatch",
            SupplementalGroups = [7, 8],
            SeLinuxOptions = JsonDocument.Parse("""{"level":"s0:c1,c2"}""").RootElement,
        };
        var job = Made(Home, configured: false, workload: new() { Spec = new() { SecurityContext = said } });
        Same(
            """{"fsGroup":5,"fsGroupChangePolicy":"OnRootMismatch","supplementalGroups":[7,8],"seLinuxOptions":{"level":"s0:c1,c2"}}""",
            PodOf(job)["securityContext"]);
        Same("""
            {"runAsNonRoot":true,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]},
             "seccompProfile":{"type":"RuntimeDefault"},"runAsUser":472}
            """, ContainerOf(job)["securityContext"]);
    }

    [Fact]
    public void Where_nothing_is_said_it_is_the_user_of_the_image_and_no_file_is_given_to_a_group()
    {
        var job = Made(Home, configured: false);
        Same("{}", PodOf(job)["securityContext"]);
        Assert.Equal("1000:1000 True", Who(job));
    }

    [Fact]
    public void Root_may_put_back_what_belongs_to_others_and_no_more()
    {
        var job = Made(Home with { RunAs = new(0, 0) }, configured: false);
        Assert.Equal("0:0 False", Who(job));
        Same(
            """{"drop":["ALL"],"add":["CHOWN","DAC_OVERRIDE","FOWNER","FSETID"]}""", ContainerOf(job)["securityContext"]!["capabilities"]);
    }

    [Theory]
    [InlineData("/home/kasm-user", "signal", "signal")]
    [InlineData("/home/kasm-user/", "signal/a", "signal/a")]
    [InlineData("/home/kasm-user", null, null)]
    [InlineData("/home", "signal", null)]
    public void It_puts_the_data_into_the_folder_of_the_volume_that_the_application_has(string mounted, string? folder, string? expected)
    {
        var application = new Container { Name = "app", VolumeMounts = [new() { Name = "v", MountPath = mounted, SubPath = folder }] };
        var beside = application with { Name = "sidecar", VolumeMounts = [new() { Name = "v", MountPath = Home.Path, SubPath = "wrong" }] };
        var job = Made(Home, configured: false, workload: new() { Spec = new() { Containers = [beside, application] } });
        Assert.Equal(expected, (string?)ContainerOf(job)["volumeMounts"]![0]!["subPath"]);
    }

    [Fact]
    public void It_may_run_where_the_application_may_and_is_pulled_as_it_is()
    {
        var application = JsonSerializer.Deserialize<PodSpec>("""
            {"nodeSelector":{"disk":"fast"},"tolerations":[{"key":"only","operator":"Exists"}],
             "affinity":{"nodeAffinity":{"a":1},"podAntiAffinity":{"b":2}},"imagePullSecrets":[{"name":"one"},{"name":"two"}]}
            """, JsonSerializerOptions.Web);
        var home = Home with { Sidecar = new() { ImagePullSecrets = ["two", "three"] } };
        var pod = PodOf(Made(home, configured: false, workload: new() { Spec = application! }));
        Same("""{"disk":"fast"}""", pod["nodeSelector"]);
        Same("""[{"key":"only","operator":"Exists"}]""", pod["tolerations"]);
        Same("""{"nodeAffinity":{"a":1}}""", pod["affinity"]);
        Assert.Equal(["one", "two", "three"], Names(pod["imagePullSecrets"]));
        Assert.Equal(
            ["restartPolicy", "automountServiceAccountToken", "securityContext", "containers", "volumes"],
            PodOf(Made(Home, configured: false)).AsObject().Select(f => f.Key));
    }

    [Fact]
    public void What_is_declared_of_its_container_goes_before_what_it_would_have()
    {
        var declared = new SidecarPodSettings
        {
            Resources = new() { ["limits"] = new JsonObject { ["memory"] = "1Gi" } },
            SecurityContext = new()
            {
                ["readOnlyRootFilesystem"] = false,
                ["capabilities"] = new JsonObject { ["add"] = new JsonArray("X") },
            },
        };
        var container = ContainerOf(Made(Home with { Sidecar = declared }, configured: false));
        Same("""{"limits":{"memory":"1Gi"}}""", container["resources"]);
        Same("""
            {"runAsNonRoot":true,"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":false,"capabilities":{"add":["X"]},
             "seccompProfile":{"type":"RuntimeDefault"},"runAsUser":1000,"runAsGroup":1000}
            """, container["securityContext"]);
    }

    private static JsonObject Made(HomeSettings home, bool configured, string? trace = null, PodTemplate? workload = null)
    {
        var target = new Target { Name = "shop", Namespace = "ns", WorkloadKind = "statefulset", WorkloadName = "shop", Home = home };
        var annotations = trace is null ? null : new Dictionary<string, string> { [TraceAnnotation.Name] = trace };
        var restore = new Restore
        {
            Metadata = new() { Name = "r-1", Uid = "u", Annotations = annotations },
            Spec = new() { Target = "shop", Archive = "a-1" }
        };
        return RestoreJob.For(restore, target, home, configured, workload);
    }

    private static JsonNode PodOf(JsonObject job) => job["spec"]!["template"]!["spec"]!;

    private static JsonNode ContainerOf(JsonObject job) => Assert.Single(PodOf(job)["containers"]!.AsArray())!;

    private static string Who(JsonObject job) =>
        ContainerOf(job)["securityContext"]! is var said ? $"{said["runAsUser"]}:{said["runAsGroup"]} {(bool)said["runAsNonRoot"]!}" : "";

    private static void Same(string expected, JsonNode? made) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), made), made?.ToJsonString());

    private static IEnumerable<string?> Mounts(JsonNode container) => Names(container["volumeMounts"]);

    private static IEnumerable<string?> Names(JsonNode? list) => list!.AsArray().Select(o => (string?)o!["name"]);

    private static IEnumerable<string?> Texts(JsonNode? list) => list!.AsArray().Select(t => (string?)t);
}
