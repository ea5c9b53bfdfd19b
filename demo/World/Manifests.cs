using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>The objects the demo stands on, applied to any API server.</summary>
internal static class Manifests
{
    private const string ArchiveClaim = "archiveClaim: ghostwire-archives";

    /// <summary>The demo's chatops.yaml with what this run differs in; tokens are no part of it.</summary>
    public static string Settings(DemoOptions options, int port)
    {
        var text = Resource("chatops.yaml").TrimEnd()
            .Replace("readyWithin: 45s", $"readyWithin: {options.ReadyWithin.TotalSeconds:0}s", StringComparison.Ordinal)
            .Replace("settleFor: 3s", $"settleFor: {options.SettleFor.TotalSeconds:0}s", StringComparison.Ordinal)
            .Replace(
                ArchiveClaim, options.IdentitySecret is { } secret ? $"{ArchiveClaim}\n      identitySecret: {secret}" : ArchiveClaim,
                StringComparison.Ordinal)
            + string.Create(CultureInfo.InvariantCulture, $"\n  listen: 127.0.0.1:{port}\n")
            + Lease(options.Lease);
        return options.Chats.Aggregate(text, (settings, chat) => chat.In(settings));
    }

    private static string Lease(LeaseSettings lease) => lease == new LeaseSettings() ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        lease:
          enabled: {{(lease.Enabled ? "true" : "false")}}
          duration: {{lease.Duration.TotalSeconds}}s
          renewWithin: {{lease.RenewWithin.TotalSeconds}}s
          retry: {{lease.Retry.TotalSeconds}}s

        """);

    /// <summary>
    /// Brings in the custom resource definitions, the Ghostwire release and what is scheduled; done twice, nothing changes.
    /// </summary>
    public static async Task ApplyAsync(IKubernetesClient client, DemoOptions options, CancellationToken ct)
    {
        string[] scheduled = options.Scheduled ? ["schedule.yaml"] : [];
        var definitions = ((string[])["changes.yaml", "restores.yaml", "snapshots.yaml", "snapshotschedules.yaml"]).Select(Resource);
        foreach (var text in (string[])[.. definitions, options.Release ?? Resource("ghostwire.yaml"), .. scheduled.Select(Resource)])
        {
            foreach (var document in YamlDocuments.Parse(text))
            {
                await ApplyAsync(client, KindOf(document), document, ct);
            }
        }
    }

    private static async Task ApplyAsync(
        IKubernetesClient client, ResourceKind<DataResource> kind, JsonObject document, CancellationToken ct)
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
        await EstablishedAsync(client, kind, name, ct);
    }

    /// <summary>A definition is stored at once, but its resources are served a moment later.</summary>
    private static async Task EstablishedAsync(
        IKubernetesClient client, ResourceKind<DataResource> kind, string name, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!IsEstablished(await client.FindRawAsync(kind, null, name, ct)))
        {
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
            {
                throw new FaultException(new(
                    "NotEstablished", $"the API server does not serve {name}, whose definition it took 30 s ago",
                    $"kubectl describe crd {name} tells why"));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct);
        }
    }

    private static bool IsEstablished(JsonObject? definition) =>
        definition?.ItemsAt("status", "conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true;

    private static ResourceKind<DataResource> KindOf(JsonObject document) => (string?)document["kind"] switch
    {
        "CustomResourceDefinition" => Of("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
        "Namespace" => Kinds.Namespaces,
        "SnapshotSchedule" => Of(ChatOpsKinds.Group, ChatOpsKinds.Version, "snapshotschedules", "SnapshotSchedule", true),
        "PersistentVolumeClaim" => Of("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true),
        "Service" => Of("", "v1", "services", "Service", true),
        "ServiceAccount" => Kinds.ServiceAccounts,
        "ConfigMap" => Kinds.ConfigMaps,
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
