using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The real helm on the chart of this checkout, with directories of its own.</summary>
internal sealed class Helm : IDisposable
{
    private static readonly ConcurrentDictionary<string, Task<string>> Rendered = new();
    private readonly TemporaryDirectory _home = new();

    public Helm() =>
        Requirements.Need(Tools.Helm is null || Tools.Kubectl is null ? "no helm and kubectl: run `make prerequisites`" : null);

    public static string Chart { get; } = Path.Combine(Repository.Root, "charts", "chatops");

    /// <summary>The value sets that the tests of the chart go through.</summary>
    public static TheoryData<string> Sets => ["default", "web", "targets", "secrets"];

    public static string ValuesOf(string set) => Source("Values", set);

    public static string ApprovedOf(string set) => Source("Approved", set);

    public void Dispose() => _home.Dispose();

    public Task<ToolRun> RunAsync(params string[] arguments) => ToolRun.OfAsync(Tools.Helm!, arguments, environment:
    [
        ("HELM_CACHE_HOME", Path.Combine(_home.Path, "cache")), ("HELM_CONFIG_HOME", Path.Combine(_home.Path, "config")),
        ("HELM_DATA_HOME", Path.Combine(_home.Path, "data")),
        ("PATH", $"{Path.GetDirectoryName(Tools.Kubectl)}:{Environment.GetEnvironmentVariable("PATH")}"),
    ]);

    public async Task<string> OkAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        return run.Code == 0 ? run.Output : throw new InvalidOperationException($"helm {string.Join(' ', arguments)}: {run.Errors}");
    }

    /// <summary>What the chart renders as a release of its own name, for a cluster of a fixed version; once for all who ask.</summary>
    public Task<string> RenderAsync(string set, params string[] more) => Rendered.GetOrAdd(string.Join(' ', [set, .. more]), _ =>
        OkAsync(["template", "chatops", Chart, "--namespace", "chatops", "--kube-version", "1.35.0", "--values", ValuesOf(set), .. more]));

    public async Task<IReadOnlyList<JsonObject>> ObjectsAsync(string set, params string[] more) =>
        YamlDocuments.Parse(await RenderAsync(set, more));

    private static string Source(string folder, string set) =>
        Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Charts", folder, $"{set}.yaml");
}
