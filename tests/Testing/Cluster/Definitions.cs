using ChatOps.Cluster;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Testing.Cluster;

/// <summary>The definitions of our own resources, as the chart brings them.</summary>
public static class Definitions
{
    /// <summary>The text of each, one document in each.</summary>
    public static IEnumerable<string> Texts =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "charts", "chatops", "crds")).Select(File.ReadAllText);

    /// <summary>Brings them into a cluster; returns when their resources are served.</summary>
    public static Task InstallAsync(IKubernetesClient client) =>
        CustomDefinitions.ApplyAsync(client, [.. Texts.Select(text => YamlDocuments.Parse(text).Single())], CancellationToken.None);
}
