using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Settings;
using ChatOps.Cluster.Json;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The sidecar comes into a release of Ghostwire's shape by the kustomize components, whoever applies them.</summary>
public sealed class SidecarComponentTests : IDisposable
{
    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly string Release = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Charts", "ghostwire-release.yaml");

    private readonly Helm _helm = new();

    public void Dispose() => _helm.Dispose();

    [Fact]
    public async Task It_is_a_native_sidecar_that_cannot_write_to_the_home()
    {
        var sidecar = SidecarOf(PodOf(await PatchedAsync()));
        Assert.Equal("Always", (string?)sidecar["restartPolicy"]);
        var home = MountsOf(sidecar).Single(m => (string?)m["name"] == "signal-data");
        Assert.Equal(("/home/kasm-user", true), ((string?)home["mountPath"], (bool?)home["readOnly"]));
        Assert.True((bool)sidecar["securityContext"]!["readOnlyRootFilesystem"]!);
        var written = MountsOf(sidecar).Where(m => m["readOnly"] is null).Select(m => (string)m["mountPath"]!);
        Assert.Equal(["/archives", "/scratch"], written.Order());
    }

    [Fact]
    public async Task Nothing_of_the_application_is_altered_and_it_gets_no_token()
    {
        var (before, after) = (PodOf(await File.ReadAllTextAsync(Release)), PodOf(await PatchedAsync()));
        Assert.True(JsonNode.DeepEquals(before["containers"], after["containers"]), after["containers"]!.ToJsonString());
        Assert.False((bool)after["automountServiceAccountToken"]!);
        var tokens = after["volumes"]!.AsArray().Where(v => v!["projected"] is not null).Select(v => (string)v!["name"]!);
        Assert.Equal(TokenPath, (string?)MountsOf(SidecarOf(after)).Single(m => (string?)m["name"] == tokens.Single())["mountPath"]);
    }

    [Fact]
    public async Task Without_the_claim_there_is_only_what_an_object_store_needs()
    {
        var pod = PodOf(await PatchedAsync("sidecar"));
        Assert.DoesNotContain("archives", pod.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("ghostwire-sidecar-store", (string?)SidecarOf(pod)["envFrom"]![0]!["secretRef"]!["name"]);
    }

    [Fact]
    public async Task What_it_names_is_what_the_chart_makes()
    {
        var pod = PodOf(await PatchedAsync());
        var made = (await _helm.ObjectsAsync("targets")).Where(o => Rights.NamespaceOf(o) == "signal")
            .Select(o => $"{o["kind"]} {Rights.NameOf(o)}").ToList();
        Assert.Contains($"ServiceAccount {pod["serviceAccountName"]}", made);
        Assert.Contains($"ConfigMap {Volume(pod, "sidecar-config")["configMap"]!["name"]}", made);
        Assert.Contains($"ConfigMap {SidecarOf(pod)["envFrom"]![1]!["configMapRef"]!["name"]}", made);
        Assert.Contains($"PersistentVolumeClaim {Volume(pod, "sidecar-archives")["persistentVolumeClaim"]!["claimName"]}", made);
        var bot = (await _helm.ObjectsAsync("targets")).Single(o => o["data"]?["chatops.yaml"] is not null);
        Assert.Contains($"sidecarImage: {SidecarOf(pod)["image"]}\n", (string)bot["data"]!["chatops.yaml"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_brings_the_very_same()
    {
        var pod = PodOf(await PatchedAsync());
        var target = new Target
        {
            Name = "ghostwire",
            Namespace = "signal",
            WorkloadKind = "statefulset",
            WorkloadName = "ghostwire",
            Home = new() { Path = "/home/kasm-user", Claim = "signal-data-ghostwire-0", SidecarImage = (string)SidecarOf(pod)["image"]! },
        };
        var attached = SidecarPatch.Attach(target, new()
        {
            Image = target.Home.SidecarImage,
            ServiceAccount = "ghostwire-sidecar",
            HomeVolume = "signal-data",
            ArchiveClaim = "ghostwire-archives",
            Native = true,
        }).Body["spec"]!["template"]!["spec"]!;
        // In which order things are mounted is nothing.
        foreach (var one in (JsonNode[])[pod, attached])
        {
            var mounts = MountsOf(SidecarOf(one)).OrderBy(m => (string?)m["name"], StringComparer.Ordinal).Select(m => m.DeepClone());
            SidecarOf(one)["volumeMounts"] = new JsonArray([.. mounts]);
        }
        Assert.True(JsonNode.DeepEquals(SidecarOf(pod), SidecarOf(attached)), SidecarOf(attached).ToJsonString());
        foreach (var name in SidecarPatch.Volumes)
            Assert.True(JsonNode.DeepEquals(Volume(pod, name), Volume(attached, name)), Volume(attached, name).ToJsonString());
        foreach (var field in (string[])["serviceAccountName", "automountServiceAccountToken"])
            Assert.Equal(pod[field]!.ToJsonString(), attached[field]!.ToJsonString());
    }

    [Fact]
    public async Task Helm_takes_it_as_a_post_renderer()
    {
        using var chart = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(chart.Path, "templates"));
        await File.WriteAllTextAsync(Path.Combine(chart.Path, "Chart.yaml"), "{apiVersion: v2, name: ghostwire, version: 1.0.0}");
        File.Copy(Release, Path.Combine(chart.Path, "templates", "release.yaml"));
        await _helm.OkAsync("plugin", "install", Path.Combine(Helm.Chart, "kustomize", "post-renderer"));
        var rendered = await _helm.OkAsync("template", "ghostwire", chart.Path, "-n", "signal", "--post-renderer", "chatops-sidecar");
        Assert.True(JsonNode.DeepEquals(PodOf(await PatchedAsync()), PodOf(rendered)), rendered);
    }

    [Theory]
    [InlineData(0, "sidecar")]
    [InlineData(1, "archives")]
    public async Task The_patches_for_flux_are_the_components(int index, string component)
    {
        var flux = YamlDocuments.Parse(await File.ReadAllTextAsync(Path.Combine(Helm.Chart, "examples", "flux.yaml")));
        var patch = flux[^1]["spec"]!["postRenderers"]![0]!["kustomize"]!["patches"]![index]!["patch"]!;
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Helm.Chart, "kustomize", component, "statefulset.yaml")), (string?)patch);
    }

    [Theory]
    [InlineData("flux.yaml", 1, "values")]
    [InlineData("argocd.yaml", 0, "source", "helm", "valuesObject")]
    public async Task The_chart_takes_the_values_of_the_examples(string file, int index, params string[] path)
    {
        using var folder = new TemporaryDirectory();
        var example = YamlDocuments.Parse(await File.ReadAllTextAsync(Path.Combine(Helm.Chart, "examples", file)))[index]["spec"]!;
        var values = path.Aggregate(example, (node, key) => node[key]!);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "values.yaml"), values.ToJsonString());
        var rendered = await _helm.OkAsync("template", "chatops", Helm.Chart, "--values", Path.Combine(folder.Path, "values.yaml"));
        Assert.Contains("name: ghostwire-archives", rendered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_api_server_makes_a_pod_of_it_whose_application_has_no_token()
    {
        Requirements.NeedRealApiServer();
        await using var cluster = await ClusterUnderTest.StartAsync("real");
        var kubectl = cluster.Kubectl();
        await kubectl.OkAsync("create namespace signal");
        await kubectl.OkAsync("create serviceaccount ghostwire-sidecar -n signal");
        // This server is older than native sidecars: it drops the restart policy of an init container instead of refusing it.
        await kubectl.OkAsync("apply --validate=false -f -", await PatchedAsync());
        var pod = JsonNode.Parse(await Eventually.ValueAsync("the pod", async () =>
            await kubectl.RunAsync("get pod ghostwire-0 -n signal -o json") is { ExitCode: 0 } found ? found.Output : null))!["spec"]!;
        var signal = Assert.Single(pod["containers"]!.AsArray())!;
        Assert.Equal(["/dev/shm", "/home/kasm-user"], MountsOf(signal).Select(m => (string)m["mountPath"]!));
        Assert.Contains(TokenPath, MountsOf(SidecarOf(pod)).Select(m => (string)m["mountPath"]!));
        Assert.Equal("ghostwire-sidecar", (string?)pod["serviceAccountName"]);
    }

    [Fact]
    public async Task The_real_api_server_takes_the_job_that_restores_without_the_bot()
    {
        Requirements.NeedRealApiServer();
        await using var cluster = await ClusterUnderTest.StartAsync("real");
        var job = await File.ReadAllTextAsync(
            Path.Combine(Helm.Chart, "examples", "restore-job.yaml"), TestContext.Current.CancellationToken);
        await cluster.Kubectl().OkAsync("create namespace signal");
        Assert.Contains("created", await cluster.Kubectl().OkAsync("create -f -", job), StringComparison.Ordinal);
        var pod = YamlDocuments.Parse(job).Single()["spec"]!["template"]!["spec"]!;
        Assert.Equal((string?)SidecarOf(PodOf(await PatchedAsync()))["image"], (string?)pod["containers"]![0]!["image"]);
    }

    /// <summary>The release with the components, both when none is named.</summary>
    private static async Task<string> PatchedAsync(params string[] components)
    {
        var script = Path.Combine(Helm.Chart, "kustomize", "post-renderer", "render.sh");
        var path = $"{Path.GetDirectoryName(Tools.Kubectl)}:{Environment.GetEnvironmentVariable("PATH")}";
        var run = await ToolRun.OfAsync(script, components, await File.ReadAllTextAsync(Release), [("PATH", path)]);
        return run.Code == 0 ? run.Output : throw new InvalidOperationException(run.Errors);
    }

    private static JsonNode PodOf(string release) =>
        YamlDocuments.Parse(release).Single(o => (string?)o["kind"] == "StatefulSet")["spec"]!["template"]!["spec"]!;

    private static JsonNode SidecarOf(JsonNode pod) => Assert.Single(pod["initContainers"]!.AsArray())!;

    private static IEnumerable<JsonNode> MountsOf(JsonNode container) => container["volumeMounts"]!.AsArray().Select(m => m!);

    private static JsonNode Volume(JsonNode pod, string name) => pod["volumes"]!.AsArray().Single(v => (string?)v!["name"] == name)!;
}
