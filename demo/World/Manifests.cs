using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Demo.World;

/// <summary>The objects the demo stands on, applied to any API server.</summary>
internal static class Manifests
{
    /// <summary>The demo's chatops.yaml with what this run differs in; tokens are no part of it.</summary>
    public static string Settings(DemoOptions options, int port)
    {
        var text = Resource("chatops.yaml").TrimEnd()
            .Replace("readyWithin: 45s", $"readyWithin: {options.ReadyWithin.TotalSeconds:0}s", StringComparison.Ordinal)
            + string.Create(CultureInfo.InvariantCulture, $"\n  listen: 127.0.0.1:{port}\n");
        return options.Chats.Aggregate(text, (settings, chat) => chat.In(settings));
    }

    /// <summary>Brings in the custom resource definitions, the Ghostwire release and what is scheduled; done twice, nothing changes.</summary>
    public static async Task ApplyAsync(IKubernetesClient client, DemoOptions options, CancellationToken ct)
    {
        string[] scheduled = options.Scheduled ? ["schedule.yaml"] : [];
        foreach (var text in (string[])["changes.yaml", "restores.yaml", "snapshots.yaml", "snapshotschedules.yaml", "ghostwire.yaml", .. scheduled])
        {
            foreach (var document in YamlDocuments.Parse(Resource(text)))
            {
                await ApplyAsync(client, KindOf(document), document, ct);
            }
        }
    }

    private static async Task ApplyAsync(IKubernetesClient client, ResourceKind<DataResource> kind, JsonObject document, CancellationToken ct)
    {
        var (ns, name) = ((string?)document["metadata"]!["namespace"], (string)document["metadata"]!["name"]!);
        if (kind.Kind != "CustomResourceDefinition")
        {
            // Not as the bot: its applies would then mean to remove whatever they leave out.
            await client.PatchAsync(kind, ns, name, Patch.Apply(document, force: true) with { FieldManager = "helm" }, ct);
            return;
        }
        try
        {
            // An API server older than x-kubernetes-validations drops what it does not know on create, but refuses it in an apply.
            await client.CreateAsync(kind, ns, document, ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            await client.PatchAsync(kind, ns, name, Patch.Merge(document), ct);
        }
    }

    private static ResourceKind<DataResource> KindOf(JsonObject document) => (string?)document["kind"] switch
    {
        "CustomResourceDefinition" => Of("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
        "Namespace" => Kinds.Namespaces,
        "SnapshotSchedule" => Of(ChatOpsKinds.Group, ChatOpsKinds.Version, "snapshotschedules", "SnapshotSchedule", true),
        "PersistentVolumeClaim" => Of("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true),
        "Service" => Of("", "v1", "services", "Service", true),
        "StatefulSet" => Of("apps", "v1", "statefulsets", "StatefulSet", true),
        var kind => throw new InvalidOperationException($"the demo has no manifest of kind {kind}"),
    };

    private static ResourceKind<DataResource> Of(string group, string version, string plural, string kind, bool namespaced) =>
        new(group, version, plural, kind, Kinds.ConfigMaps.Json, namespaced);

    private static string Resource(string name)
    {
        using var stream = typeof(Manifests).Assembly.GetManifestResourceStream($"manifests/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
