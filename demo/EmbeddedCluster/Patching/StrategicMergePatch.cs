using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Patching;

/// <summary>
/// Applies a strategic merge patch: like a merge patch, but lists with a merge key are merged by it, and directives are obeyed.
/// </summary>
/// <remarks>
/// Kubernetes API conventions, "Strategic Merge Patch": <c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder</c>,
/// <c>$deleteFromPrimitiveList</c>.
/// </remarks>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string ElementOrder = "$setElementOrder/";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";

    /// <summary>The patched object; neither argument is changed.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch, Schema schema)
    {
        if (patch.Text(Directive) is { } directive)
        {
            var rest = WithoutDirectives(patch);
            return directive switch
            {
                "replace" => rest,
                "delete" => [],
                "merge" => Apply(target, rest, schema),
                _ => throw StatusException.BadRequest($"unknown patch type: {directive}"),
            };
        }
        var result = target.Copy();
        if (patch.ArrayAt(RetainKeys) is { } retained)
            foreach (var name in result.Select(field => field.Key).Where(name => !retained.Any(one => one.AsText() == name)).ToArray())
                result.Remove(name);
        foreach (var (name, value) in patch)
            if (!name.StartsWith('$'))
                MergeField(result, name, value, schema.Field(name) ?? Schema.Any, patch);
        ApplyListDirectives(result, patch, schema);
        return result;
    }

    private static void MergeField(JsonObject result, string name, JsonNode? value, Schema schema, JsonObject patch)
    {
        if (value is null)
            result.Remove(name);
        else if (value is JsonObject changes)
            result[name] = Apply(result[name] as JsonObject ?? [], changes, schema);
        else if (value is JsonArray list && (schema.MergeKey is not null || schema.ListType == ListType.Set))
            result[name] = MergeList(result[name] as JsonArray ?? [], list, schema, patch.ArrayAt(ElementOrder + name));
        else
            result[name] = value.DeepClone();
    }

    private static JsonArray MergeList(JsonArray target, JsonArray patch, Schema schema, JsonArray? order)
    {
        if (patch.Any(item => item.Text(Directive) == "replace"))
            return new([.. patch.Where(item => item.Text(Directive) != "replace").Select(item => item?.DeepClone())]);
        var key = schema.MergeKey;
        var items = target.Select(item => item?.DeepClone()).ToList();
        foreach (var change in patch)
        {
            if (key is null)
            {
                if (!items.Exists(item => JsonReading.Same(item, change)))
                    items.Add(change?.DeepClone());
                continue;
            }
            var id = change is JsonObject ? change[key] : null;
            if (id is null)
                throw StatusException.BadRequest($"map: {change?.ToJsonString()} does not contain declared merge key: {key}");
            MergeItem(items, (JsonObject)change!, key, id, schema.Items ?? Schema.Any);
        }
        return new([.. order is null ? items : Ordered(items, order, key)]);
    }

    private static void MergeItem(List<JsonNode?> items, JsonObject change, string key, JsonNode id, Schema schema)
    {
        var at = items.FindIndex(item => JsonReading.Same(item.At(key), id));
        if (change.Text(Directive) == "delete")
            items.RemoveAll(item => JsonReading.Same(item.At(key), id));
        else if (at < 0)
            items.Add(Apply([], change.Text(Directive) is null ? change : WithoutDirectives(change), schema));
        else
            items[at] = Apply((JsonObject)items[at]!, change, schema);
    }

    /// <summary>Named elements in the order given; an element the order does not name stays right behind its former predecessor.</summary>
    private static List<JsonNode?> Ordered(List<JsonNode?> items, JsonArray order, string? key)
    {
        int Place(JsonNode? item)
        {
            for (var i = 0; i < order.Count; i++)
                if (JsonReading.Same(key is null ? order[i] : order[i].At(key), key is null ? item : item.At(key)))
                    return i;
            return -1;
        }
        var places = new List<(JsonNode? Item, int Place, int Within)>();
        var last = -1;
        for (var i = 0; i < items.Count; i++)
        {
            var place = Place(items[i]);
            last = place >= 0 ? place : last;
            places.Add((items[i], last, place >= 0 ? -1 : i));
        }
        return [.. places.OrderBy(one => one.Place).ThenBy(one => one.Within).Select(one => one.Item)];
    }

    private static void ApplyListDirectives(JsonObject result, JsonObject patch, Schema schema)
    {
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal) && result[name[DeleteFromList.Length..]] is JsonArray list)
            {
                foreach (var gone in value as JsonArray ?? [])
                    foreach (var item in list.Where(item => JsonReading.Same(item, gone)).ToArray())
                        list.Remove(item);
            }
            else if (name.StartsWith(ElementOrder, StringComparison.Ordinal))
            {
                var field = name[ElementOrder.Length..];
                if (!patch.ContainsKey(field) && result[field] is JsonArray unordered && value is JsonArray order)
                    result[field] = new JsonArray(
                        [.. Ordered([.. unordered.Select(item => item?.DeepClone())], order, schema.Field(field)?.MergeKey)]);
            }
        }
    }

    private static JsonObject WithoutDirectives(JsonObject patch)
    {
        var rest = patch.Copy();
        rest.Remove(Directive);
        return rest;
    }
}
