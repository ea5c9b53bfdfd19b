using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Cluster;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;
using ChatOps.Resources;

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
            .Replace(
                ArchiveClaim, options.RunAs?.Split(':') is [var user, var group]
                    ? $"{ArchiveClaim}\n      runAs: {{ user: {user}, group: {group} }}"
                    : ArchiveClaim,
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
        var definitions = ((string[])["changes.yaml", "restores.yaml", "snapshots.yaml", "snapshotschedules.yaml"]).Select(Resource);
        await CustomDefinitions.ApplyAsync(client, [.. definitions.SelectMany(YamlDocuments.Parse)], ct);
        string[] scheduled = options.Scheduled ? ["schedule.yaml"] : [];
        string[] texts = [options.Release ?? Resource("ghostwire.yaml"), .. scheduled.Select(Resource)];
        foreach (var document in texts.SelectMany(YamlDocuments.Parse))
        {
            // Not as the bot: its applies would then mean to remove whatever they leave out.
            var patch = Patch.Apply(document, force: true) with { FieldManager = "helm" };
            var (ns, name) = ((string?)document["metadata"]!["namespace"], (string)document["metadata"]!["name"]!);
            await client.PatchAsync(KindOf(document), ns, name, patch, ct);
        }
    }

    private static ResourceKind<DataResource> KindOf(JsonObject document) => (string?)document["kind"] switch
    {
        "Namespace" => Kinds.Namespaces,
        "SnapshotSchedule" => Of(ChatOpsKinds.Group, ChatOpsKinds.Version, "snapshotschedules", "SnapshotSchedule"),
        "PersistentVolumeClaim" => Of("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
        "Service" => Of("", "v1", "services", "Service"),
        "ServiceAccount" => Kinds.ServiceAccounts,
        "ConfigMap" => Kinds.ConfigMaps,
        "StatefulSet" => Of("apps", "v1", "statefulsets", "StatefulSet"),
        var kind => throw new InvalidOperationException($"the demo has no manifest of kind {kind}"),
    };

    private static ResourceKind<DataResource> Of(string group, string version, string plural, string kind) =>
        new(group, version, plural, kind, Kinds.ConfigMaps.Json, Namespaced: true);

    private static string Resource(string name)
    {
        using var stream = typeof(Manifests).Assembly.GetManifestResourceStream($"manifests/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
