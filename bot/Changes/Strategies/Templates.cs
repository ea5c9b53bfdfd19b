using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>The few edits made to a workload, as patches; the same for every kind.</summary>
internal static class Templates
{
    /// <summary>
    /// Owns exactly the image field, whoever set it before: that somebody approved this change is why it may be forced. A manager of its
    /// own, because an apply takes away what its manager applied earlier and leaves out now ("Server-Side Apply", field management).
    /// </summary>
    public static Patch Image(Target target, string container, string image)
    {
        var pod = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = container, ["image"] = image }) };
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = target.WorkloadName, ["namespace"] = target.Namespace },
            ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } },
        };
        return Patch.Apply(body, force: true) with { FieldManager = "chatops-deploy" };
    }

    public static Patch Replicas(int replicas) =>
        Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });

    public static string? ImageOf(JsonNode? template, string container) => (string?)Container(template, container)?["image"];

    public static void Replace(JsonNode? template, string container, string image)
    {
        if (Container(template, container) is { } found) found["image"] = image;
    }

    /// <summary>
    /// Whether an older template brought back would be the live one again: the sidecar stays as it is, and what a restart wrote
    /// ("kubectl rollout restart") is no part of a version.
    /// </summary>
    public static bool IsAsLive(JsonNode? live, JsonNode? older)
    {
        if (live is null || older is null) return false;
        SidecarParts.Carry(live, older);
        return JsonNode.DeepEquals(Lasting(live), Lasting(older));
    }

    private static JsonNode Lasting(JsonNode template)
    {
        var lasting = template.DeepClone();
        if (lasting["metadata"] is not JsonObject metadata) return lasting;
        (metadata["labels"] as JsonObject)?.Remove("pod-template-hash");
        (metadata["annotations"] as JsonObject)?.Remove("kubectl.kubernetes.io/restartedAt");
        if (metadata["annotations"] is JsonObject { Count: 0 }) metadata.Remove("annotations");
        return lasting;
    }

    public static DateTimeOffset? NewestReady(IEnumerable<Pod> ready) =>
        ready.Select(p => p.Status.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.LastTransitionTime).Max();

    public static Fault Absent(Target target) => new(
        "NoWorkload", $"{target.Name}: there is no {target.WorkloadKind} {target.WorkloadName} in namespace {target.Namespace}",
        "Check workload and namespace of this target in chatops.yaml");

    private static JsonObject? Container(JsonNode? template, string container) =>
        (template?["spec"]?["containers"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(c => (string?)c["name"] == container);
}
