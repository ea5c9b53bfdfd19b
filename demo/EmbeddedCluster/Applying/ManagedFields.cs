using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Applying;

/// <summary>Who is writing: the names under which <c>metadata.managedFields</c> remembers it.</summary>
internal sealed record Writer(string Manager, string Operation, string Subresource, string ApiVersion, string Time);

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
internal sealed record FieldOwner(string Manager, string Operation, string Subresource, string ApiVersion, string Time, FieldSet Fields)
{
    public bool Is(Writer writer) => Manager == writer.Manager && Operation == writer.Operation && Subresource == writer.Subresource;

    public override string ToString() =>
        $"\"{Manager}\"" + (Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "")
            + (Operation == "Update" ? $" using {ApiVersion}" : "");
}

/// <summary>Keeps <c>metadata.managedFields</c> true: every leaf belongs to those who last set or applied it.</summary>
internal static class ManagedFields
{
    public static List<FieldOwner> Read(JsonObject value) =>
    [
        .. value.ItemsAt("metadata", "managedFields").Select(entry => new FieldOwner(
            entry.Text("manager") ?? "", entry.Text("operation") ?? "Update", entry.Text("subresource") ?? "",
            entry.Text("apiVersion") ?? "", entry.Text("time") ?? "", FieldSet.FromJson(entry.ObjectAt("fieldsV1")))),
    ];

    public static void Write(JsonObject value, IEnumerable<FieldOwner> owners)
    {
        var entries = owners.Where(owner => !owner.Fields.IsEmpty).Select(ToJson).ToArray<JsonNode?>();
        if (entries.Length > 0)
            value.Metadata()["managedFields"] = new JsonArray(entries);
        else
            value.Metadata().Remove("managedFields");
    }

    /// <summary>After an ordinary write: what changed now belongs to the writer alone; what vanished belongs to nobody.</summary>
    public static void RecordUpdate(JsonObject? before, JsonObject after, Schema schema, Writer writer)
    {
        var owners = Read(after);
        var old = before is null ? [] : FieldSet.Leaves(before, schema);
        var now = FieldSet.Leaves(after, schema);
        var changed = now.Where(leaf => !old.TryGetValue(leaf.Key, out var was) || !JsonReading.Same(was, leaf.Value))
            .Select(leaf => leaf.Key).ToHashSet();
        var gone = old.Keys.Where(path => !now.ContainsKey(path)).ToHashSet();
        if (changed.Count == 0 && gone.Count == 0)
            return;
        foreach (var owner in owners)
        {
            owner.Fields.Paths.ExceptWith(gone);
            if (!owner.Is(writer))
                owner.Fields.Paths.ExceptWith(changed);
        }
        if (changed.Count > 0)
            Own(owners, writer, owners.Find(owner => owner.Is(writer))?.Fields.Paths.Union(changed) ?? changed);
        Write(after, owners);
    }

    internal static void Own(List<FieldOwner> owners, Writer writer, IEnumerable<string> paths)
    {
        var owner = new FieldOwner(
            writer.Manager, writer.Operation, writer.Subresource, writer.ApiVersion, writer.Time, new() { Paths = [.. paths] });
        var at = owners.FindIndex(one => one.Is(writer));
        if (at < 0)
            owners.Add(owner);
        else if (!owners[at].Fields.Paths.SetEquals(owner.Fields.Paths))
            owners[at] = owner;
    }

    private static JsonObject ToJson(FieldOwner owner)
    {
        var entry = new JsonObject
        {
            ["manager"] = owner.Manager,
            ["operation"] = owner.Operation,
            ["apiVersion"] = owner.ApiVersion,
            ["time"] = owner.Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = owner.Fields.ToJson(),
        };
        if (owner.Subresource.Length > 0)
            entry["subresource"] = owner.Subresource;
        return entry;
    }
}
