using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>Finds the sidecar in a pod template, and carries it from one to another; pure.</summary>
internal static class SidecarParts
{
    private const string Token = "sidecar-token";
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
        foreach (var field in Fields)
        {
            to.Remove(field);
            if (from[field] is { } value) to[field] = value.DeepClone();
        }
    }

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
        (pod[list] as JsonArray)?.OfType<JsonObject>().Where(o => names.Contains((string?)o["name"] ?? "")) ?? [];
}
