using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Testing.Cluster;

/// <summary>The definitions of our own resources, as the chart brings them.</summary>
public static class Definitions
{
    private static readonly ResourceKind<DataResource> Kind = new(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Kinds.ConfigMaps.Json, Namespaced: false);

    /// <summary>The text of each, one document in each.</summary>
    public static IEnumerable<string> Texts =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "charts", "chatops", "crds")).Select(File.ReadAllText);

    /// <summary>Brings them into a cluster that has none of them; returns when their resources are served.</summary>
    public static async Task InstallAsync(IKubernetesClient client)
    {
        foreach (var text in Texts)
        {
            var definition = YamlDocuments.Parse(text).Single();
            await client.CreateAsync(Kind, null, definition, CancellationToken.None);
            var name = (string)definition["metadata"]!["name"]!;
            await Eventually.TrueAsync($"{name} is served", async () =>
                IsEstablished(await client.FindRawAsync(Kind, null, name, CancellationToken.None)));
        }
    }

    private static bool IsEstablished(JsonObject? definition) =>
        definition?.ItemsAt("status", "conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true;
}
