namespace ChatOps.Cluster.Json;

/// <summary>One field of a message: its name in JSON, and what it holds.</summary>
/// <param name="Type"><c>text</c>, <c>bytes</c>, <c>number</c>, <c>flag</c>, <c>texts</c>, or the name of another message.</param>
internal sealed record ProtobufField(string Name, string Type);

/// <summary>
/// The messages that kubectl and Helm send in protobuf although a server also takes JSON. Numbers are those of <c>generated.proto</c> in
/// k8s.io/api/core/v1 and k8s.io/apimachinery/pkg/apis/meta/v1.
/// </summary>
internal static class ProtobufShapes
{
    public const string TextMap = "map of text", BytesMap = "map of bytes";

    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> Messages = new()
    {
        ["Secret"] = Of("1 metadata ObjectMeta, 2 data map of bytes, 3 type text, 4 stringData map of text, 5 immutable flag"),
        ["ConfigMap"] = Of("1 metadata ObjectMeta, 2 data map of text, 3 binaryData map of bytes, 4 immutable flag"),
        ["Namespace"] = Of("1 metadata ObjectMeta, 2 spec NamespaceSpec, 3 status NamespaceStatus"),
        ["NamespaceSpec"] = Of("1 finalizers texts"),
        ["NamespaceStatus"] = Of("1 phase text"),
        ["ServiceAccount"] = Of("1 metadata ObjectMeta, 4 automountServiceAccountToken flag"),
        ["DeleteOptions"] = Of(
            "1 gracePeriodSeconds number, 2 preconditions Preconditions, 3 orphanDependents flag, 4 propagationPolicy text, "
                + "5 dryRun texts"),
        ["Preconditions"] = Of("1 uid text, 2 resourceVersion text"),
        ["ObjectMeta"] = Of("1 name text, 2 generateName text, 3 namespace text, 4 selfLink text, 5 uid text, 6 resourceVersion text, "
            + "7 generation number, 8 creationTimestamp Time, 11 labels map of text, 12 annotations map of text, 14 finalizers texts"),
        ["Time"] = Of(""),
    };

    /// <summary>The fields of a message by their numbers; null for one that is not known here.</summary>
    public static IReadOnlyDictionary<int, ProtobufField>? Find(string message) => Messages.GetValueOrDefault(message);

    private static Dictionary<int, ProtobufField> Of(string fields) => fields.Split(", ", StringSplitOptions.RemoveEmptyEntries)
        .Select(f => f.Split(' ', 3)).ToDictionary(f => int.Parse(f[0]), f => new ProtobufField(f[1], f[2]));
}
