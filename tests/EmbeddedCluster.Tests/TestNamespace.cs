using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

/// <summary>One namespace of one cluster, driven by the real kubectl; deleted when disposed.</summary>
internal sealed class TestNamespace(ClusterUnderTest cluster, Kubectl kubectl, string name) : IAsyncDisposable
{
    public ClusterUnderTest Cluster => cluster;

    public string Name => name;

    public async ValueTask DisposeAsync() =>
        await cluster.Client.DeleteAsync(Kubernetes.Kinds.Namespaces, null, name, new Deletion(), CancellationToken.None);

    public Task<KubectlResult> RunAsync(string arguments, string? input = null) => kubectl.RunAsync($"-n {name} {arguments}", input);

    public Task<string> OkAsync(string arguments, string? input = null) => kubectl.OkAsync($"-n {name} {arguments}", input);

    public Task<string> ApplyAsync(string yaml) => OkAsync("apply -f -", yaml);

    public KubectlStream Follow(string arguments) => kubectl.Follow($"-n {name} {arguments}");

    public async Task<JsonObject?> FindAsync(string what)
    {
        var result = await RunAsync($"get {what} -o json --ignore-not-found");
        return result.Output.Length > 0 ? (JsonObject)JsonNode.Parse(result.Output)! : null;
    }

    /// <summary>Waits until the object is there and this holds of it; not by kubectl, which costs more than what it waits for.</summary>
    public Task<JsonObject> UntilAsync(string what, Func<JsonObject, bool> holds, double seconds = 90)
    {
        var (kind, named) = (KindOf(what.Split('/')[0]), what.Split('/')[1]);
        return Eventually.ValueAsync(what, async () =>
            await cluster.Client.FindRawAsync(kind, name, named, CancellationToken.None) is { } found && holds(found) ? found : null,
            seconds);
    }

    private static ResourceKind KindOf(string kind) => kind switch
    {
        "configmap" => Kubernetes.Kinds.ConfigMaps,
        "deployment" => Kubernetes.Kinds.Deployments,
        "persistentvolumeclaim" => Kubernetes.Kinds.Claims,
        "pod" => Kubernetes.Kinds.Pods,
        "serviceaccount" => Kubernetes.Kinds.ServiceAccounts,
        "statefulset" => Kubernetes.Kinds.StatefulSets,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no test has waited for this kind yet: name it here"),
    };

    public Task<JsonObject> ReadyPodAsync(string pod, string? image = null) => UntilAsync($"pod/{pod}", found =>
        !found.IsDeleting()
        && found.ItemsAt("status", "conditions").Any(one => one.Text("type") == "Ready" && one.Text("status") == "True")
        && (image is null || found.ItemsAt("spec", "containers").First().Text("image") == image));

    /// <summary>Ready, and its process has said its first word: it may be ready before, and not yet be what the test wants of it.</summary>
    public async Task StartedPodAsync(string pod)
    {
        var uid = (await ReadyPodAsync(pod)).Uid();
        await Eventually.TrueAsync(
            $"{pod} says something", () => cluster.Kubelet!.Find(uid, "app", previous: false)!.Read(0).Lines.Count > 0);
    }

    public Task<JsonObject> WaitingPodAsync(string pod, string reason) => UntilAsync($"pod/{pod}", found =>
        found.ItemsAt("status", "containerStatuses").Any(one => one.Text("state", "waiting", "reason") == reason));
}
