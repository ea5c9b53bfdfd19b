using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Storage;

internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One committed change; its objects are never altered afterwards, so readers on any thread may share them.</summary>
/// <param name="Resource">The storage key of the kind.</param>
/// <param name="Object">The object after the change; for a deletion its last state with the deletion's resourceVersion.</param>
internal sealed record StoreEvent(long Version, ChangeType Type, string Resource, JsonObject Object, JsonObject? Previous);
