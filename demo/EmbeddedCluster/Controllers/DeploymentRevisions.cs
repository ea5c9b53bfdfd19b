using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Finds or makes the ReplicaSet of a Deployment's template and numbers it above all others.</summary>
internal sealed class DeploymentRevisions(ControllerClient client)
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string HashLabel = "pod-template-hash";
    private const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    private const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    private static readonly string[] NotCopied =
        ["kubectl.kubernetes.io/last-applied-configuration", Revision, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to"];

    public static long NumberOf(JsonObject set) =>
        long.TryParse(set.Annotation(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The ReplicaSet whose template is the Deployment's, if there is one already.</summary>
    public static JsonObject? Find(JsonObject deployment, IEnumerable<JsonObject> sets)
    {
        var wanted = WithoutHash(deployment.ObjectAt("spec", "template")!);
        return sets.OrderBy(set => set.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)
            .FirstOrDefault(set => JsonReading.Same(WithoutHash(set.ObjectAt("spec", "template")!), wanted));
    }

    public JsonObject Create(JsonObject deployment, long revision, long replicas)
    {
        var template = deployment.ObjectAt("spec", "template")!.Copy();
        var hash = Fnv.Label(template.ToJsonString() + (deployment.Number("status", "collisionCount") ?? 0));
        template.Metadata().Child("labels")[HashLabel] = hash;
        var selector = deployment.ObjectAt("spec", "selector")!.Copy();
        selector.Child("matchLabels")[HashLabel] = hash;
        return client.Create("replicasets", deployment.Namespace(), new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name()}-{hash}",
                ["namespace"] = deployment.Namespace(),
                ["labels"] = template.ObjectAt("metadata", "labels")!.Copy(),
                ["annotations"] = Annotations(deployment, [], revision),
                ["ownerReferences"] = new JsonArray(ControllerClient.Reference(deployment)),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["minReadySeconds"] = deployment.At("spec", "minReadySeconds")?.DeepClone(),
                ["selector"] = selector,
                ["template"] = template,
            },
        });
    }

    /// <summary>Gives the newest ReplicaSet its number and the Deployment's annotations, and the Deployment that number.</summary>
    public void Number(JsonObject deployment, JsonObject set, long revision)
    {
        client.Change("replicasets", set.Namespace(), set.Name(), one =>
        {
            var old = one.ObjectAt("metadata", "annotations") ?? [];
            one.Metadata()["annotations"] = Annotations(deployment, old, Math.Max(revision, NumberOf(one)));
        });
        client.Change("deployments", deployment.Namespace(), deployment.Name(), one =>
            one.Metadata().Child("annotations")[Revision] = Math.Max(revision, NumberOf(set)).ToString(CultureInfo.InvariantCulture));
    }

    private static JsonObject Annotations(JsonObject deployment, JsonObject old, long revision)
    {
        var result = old.Copy();
        foreach (var (key, value) in deployment.ObjectAt("metadata", "annotations") ?? [])
            if (!NotCopied.Contains(key))
                result[key] = value?.DeepClone();
        var replicas = deployment.Number("spec", "replicas") ?? 1;
        result[Revision] = revision.ToString(CultureInfo.InvariantCulture);
        result[DesiredReplicas] = replicas.ToString(CultureInfo.InvariantCulture);
        result[MaxReplicas] = (replicas + RollingLimits.Of(deployment).Surge).ToString(CultureInfo.InvariantCulture);
        return result;
    }

    private static JsonObject WithoutHash(JsonObject template)
    {
        var copy = template.Copy();
        (copy.ObjectAt("metadata", "labels"))?.Remove(HashLabel);
        return copy;
    }
}
