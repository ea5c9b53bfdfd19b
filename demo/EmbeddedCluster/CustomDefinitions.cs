using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Cluster;

/// <summary>Brings custom resource definitions into any cluster, this one or a real one.</summary>
internal static class CustomDefinitions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ResourceKind<DataResource> Kind = new(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Kubernetes.Kinds.ConfigMaps.Json,
        Namespaced: false);

    /// <summary>Returns when their resources are served; done twice, nothing changes.</summary>
    /// <remarks>
    /// All of them before the first is waited for: after each, a real API server describes anew everything it serves, and of several that
    /// come together only once.
    /// </remarks>
    public static async Task ApplyAsync(IKubernetesClient client, IReadOnlyList<JsonObject> definitions, CancellationToken ct)
    {
        foreach (var definition in definitions) await ApplyAsync(client, definition, ct);
        foreach (var definition in definitions) await ServedAsync(client, NameOf(definition), ct);
    }

    private static async Task ApplyAsync(IKubernetesClient client, JsonObject definition, CancellationToken ct)
    {
        try
        {
            // An API server older than x-kubernetes-validations drops what it does not know on create, but refuses it in an apply.
            await client.CreateAsync(Kind, null, definition, ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            await client.PatchAsync(Kind, null, NameOf(definition), Patch.Merge(definition), ct);
        }
    }

    /// <summary>A definition is stored at once, but its resources are served a moment later.</summary>
    private static async Task ServedAsync(IKubernetesClient client, string name, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!IsEstablished(await client.FindRawAsync(Kind, null, name, ct)))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new FaultException(new(
                    "NotEstablished", $"the API server does not serve {name}, whose definition it took {Patience.TotalSeconds:0} s ago",
                    $"kubectl describe crd {name} tells why"));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct);
        }
    }

    private static string NameOf(JsonObject definition) => (string)definition["metadata"]!["name"]!;

    private static bool IsEstablished(JsonObject? definition) =>
        definition?.ItemsAt("status", "conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true;
}
