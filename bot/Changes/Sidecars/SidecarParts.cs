using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>Finds the sidecar in a pod template, and carries it from one to another; pure.</summary>
internal static class SidecarParts
{
    private const string Token = "sidecar-token";
    private const string Secrets = "imagePullSecrets";
    private static readonly string[] Fields = ["serviceAccountName", "serviceAccount", "automountServiceAccountToken"];

    /// <summary>The sidecar of a template and whether it is a native one; null where there is none.</summary>
    public static (Container Container, bool Native)? Of(PodTemplate template) =>
        template.Spec.InitContainers?.FirstOrDefault(c => c.Name == SidecarPatch.Container) is { } native ? (native, true)
        : template.Spec.Containers.FirstOrDefault(c => c.Name == SidecarPatch.Container) is { } ordinary ? (ordinary, false)
        : null;

    /// <summary>Whether the sidecar was attached, by whichever way, and is not one that the release itself brings.</summary>
    public static bool IsAttached(PodTemplate template) =>
        template.Spec.Volumes?.Any(v => v.Name == Token) == true && Of(template) is not null;

    /// <summary>
    /// Makes an older template have the sidecar just as the live one has it, or has it not: going back to an earlier version of the
    /// application is no word about its backups.
    /// </summary>
    public static void Carry(JsonNode? live, JsonNode? older)
    {
        if (live?["spec"] is not JsonObject from || older?["spec"] is not JsonObject to) return;
        var (before, now) = (HasOwn(to), HasOwn(from));
        if (!before && !now) return;
        foreach (var place in SidecarPatch.Places) Exchange(from, to, place, [SidecarPatch.Container]);
        Exchange(from, to, "volumes", SidecarPatch.Volumes);
        // What its image is pulled with; one too many does no harm.
        if (now) Exchange(from, to, Secrets, [.. All(from, Secrets).Select(NameOf)]);
        foreach (var field in Fields)
        {
            to.Remove(field);
            if (from[field] is { } value) to[field] = value.DeepClone();
        }
    }

    /// <summary>The Secrets to pull with that came with the sidecar alone, as the server notes who applied what; null for none.</summary>
    /// <remarks>Kubernetes documentation, "Server-Side Apply", managedFields; Structured Merge Diff, "FieldsV1".</remarks>
    public static IReadOnlyList<string>? PullSecrets(JsonObject? workload)
    {
        var managers = (workload?["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
            .ToLookup(m => (string?)m["manager"] == SidecarPatch.FieldManager, OwnedSecrets);
        var ours = managers[true].SelectMany(s => s).Except(managers[false].SelectMany(s => s)).ToList();
        return ours.Count == 0 ? null : ours;
    }

    private static IEnumerable<string> OwnedSecrets(JsonObject manager) =>
        from key in (manager["fieldsV1"]?["f:spec"]?["f:template"]?["f:spec"]?[$"f:{Secrets}"] as JsonObject ?? []).Select(f => f.Key)
        where key.StartsWith("k:{", StringComparison.Ordinal)
        let name = (string?)JsonNode.Parse(key[2..])?["name"]
        where name is not null
        select name;

    private static bool HasOwn(JsonObject pod) => Named(pod, "volumes", [Token]).Any()
        && SidecarPatch.Places.Any(place => Named(pod, place, [SidecarPatch.Container]).Any());

    private static void Exchange(JsonObject from, JsonObject to, string list, IReadOnlyList<string> names)
    {
        foreach (var gone in Named(to, list, names).ToList()) ((JsonArray)to[list]!).Remove(gone);
        foreach (var kept in Named(from, list, names))
        {
            if (to[list] is not JsonArray items) to[list] = items = [];
            items.Add(kept.DeepClone());
        }
        if (to[list] is JsonArray { Count: 0 }) to.Remove(list);
    }

    private static IEnumerable<JsonObject> Named(JsonObject pod, string list, IReadOnlyList<string> names) =>
        All(pod, list).Where(o => names.Contains(NameOf(o)));

    private static IEnumerable<JsonObject> All(JsonObject pod, string list) => (pod[list] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static string NameOf(JsonObject item) => (string?)item["name"] ?? "";
}
