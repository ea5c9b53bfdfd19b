using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Applying;

/// <summary>
/// Merges an applied configuration into a live object by ownership: conflicts are refused, fields no longer applied are removed.
/// </summary>
/// <remarks>Kubernetes documentation, "Server-Side Apply".</remarks>
internal static class ServerSideApply
{
    /// <summary>The merged object with its new owners; <paramref name="live"/> is not changed.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, Schema schema, Writer writer, bool force)
    {
        var wanted = FieldSet.Leaves(configuration, schema);
        var current = FieldSet.Leaves(live, schema);
        var owners = ManagedFields.Read(live);
        var conflicts = Conflicts(owners, wanted, current, writer);
        if (conflicts.Count > 0 && !force)
            throw Refusal(conflicts);
        foreach (var (owner, path) in conflicts)
            owner.Fields.Paths.Remove(path);
        var merged = (JsonObject)MergeNode(live, configuration, schema)!;
        var before = owners.Find(owner => owner.Is(writer))?.Fields.Paths ?? [];
        var others = owners.Where(owner => !owner.Is(writer)).SelectMany(owner => owner.Fields.Paths).ToHashSet();
        // Whole list elements first: an element that has lost its key could not be found any more.
        foreach (var path in before.Where(path => !wanted.ContainsKey(path) && !IsHeld(path, others)).OrderBy(path => path.Length))
            RemovePath(merged, schema, path.Split(FieldSet.Separator));
        ManagedFields.Own(owners, writer, wanted.Keys);
        ManagedFields.Write(merged, owners);
        return merged;
    }

    private static List<(FieldOwner Owner, string Path)> Conflicts(
        List<FieldOwner> owners, Dictionary<string, JsonNode?> wanted, Dictionary<string, JsonNode?> current, Writer writer) =>
    [
        .. from owner in owners
           where !owner.Is(writer)
           from path in owner.Fields.Paths
           where wanted.TryGetValue(path, out var value) && !JsonReading.Same(value, current.GetValueOrDefault(path))
           select (owner, path),
    ];

    private static StatusException Refusal(List<(FieldOwner Owner, string Path)> conflicts)
    {
        var causes = conflicts.Select(one => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {one.Owner}",
            ["field"] = FieldSet.Describe(one.Path),
        });
        var byOwner = conflicts.GroupBy(one => one.Owner.ToString()).ToList();
        var text = conflicts.Count == 1
            ? $"conflict with {byOwner[0].Key}: {FieldSet.Describe(conflicts[0].Path)}"
            : string.Join("\n", byOwner.Select(group =>
                $"conflicts with {group.Key}:\n"
                    + string.Join("\n", group.Select(one => $"- {FieldSet.Describe(one.Path)}").Order(StringComparer.Ordinal))));
        var noun = conflicts.Count == 1 ? "conflict" : "conflicts";
        return new(
            409, "Conflict", $"Apply failed with {conflicts.Count} {noun}: {text}", new() { ["causes"] = new JsonArray([.. causes]) });
    }

    /// <summary>Whether someone else owns the path or anything below it: then it must stay.</summary>
    private static bool IsHeld(string path, HashSet<string> others) =>
        others.Contains(path) || others.Any(other => other.StartsWith(path + FieldSet.Separator, StringComparison.Ordinal));

    private static JsonNode? MergeNode(JsonNode? live, JsonNode? applied, Schema schema)
    {
        if (applied is JsonObject fields && live is JsonObject map && !schema.IsAtomicMap)
        {
            var result = map.Copy();
            foreach (var (name, value) in fields)
                if (value is not null)
                    result[name] = MergeNode(map[name], value, schema.Field(name) ?? Schema.Any);
            return result;
        }
        if (applied is JsonArray items && live is JsonArray list && schema.ListType != ListType.Atomic)
            return MergeList(list, items, schema);
        return applied?.DeepClone();
    }

    private static JsonArray MergeList(JsonArray live, JsonArray applied, Schema schema)
    {
        var steps = applied.Select(item => FieldSet.ElementStep(item, schema)).ToList();
        var result = new JsonArray();
        foreach (var item in live)
        {
            var at = steps.IndexOf(FieldSet.ElementStep(item, schema));
            result.Add(at < 0 ? item?.DeepClone() : MergeNode(item, applied[at], schema.Items ?? Schema.Any));
        }
        var known = live.Select(item => FieldSet.ElementStep(item, schema)).ToHashSet();
        for (var i = 0; i < applied.Count; i++)
            if (known.Add(steps[i]))
                result.Add(applied[i]?.DeepClone());
        return result;
    }

    private static void RemovePath(JsonNode? node, Schema? schema, ReadOnlySpan<string> path)
    {
        var step = path[0];
        if (node is JsonObject map && step.StartsWith("f:", StringComparison.Ordinal))
        {
            var name = step[2..];
            if (path.Length == 1)
                map.Remove(name);
            else
                RemovePath(map[name], schema?.Field(name), path[1..]);
        }
        else if (node is JsonArray list && schema is not null)
        {
            var item = list.FirstOrDefault(one => FieldSet.ElementStep(one, schema) == step);
            if (item is not null && path.Length == 1)
                list.Remove(item);
            else if (item is not null)
                RemovePath(item, schema.Items, path[1..]);
        }
    }
}
