using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>An object with all of its spec and status: a kubelet reads more of a pod than any model of ours has.</summary>
internal sealed class RawResource : IResource
{
    public ObjectMeta Metadata { get; init; } = new();

    [JsonInclude]
    internal JsonObject? Spec { get; init; }

    [JsonInclude]
    internal JsonObject? Status { get; init; }

    /// <summary>Everything but the metadata, as the server spells it.</summary>
    [JsonIgnore]
    public JsonObject Rest => field ??= new JsonObject { ["spec"] = Spec, ["status"] = Status };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RawResource))]
internal sealed partial class RawJson : JsonSerializerContext;

/// <summary>The kinds a kubelet touches, read whole.</summary>
internal static class RawKinds
{
    public static readonly ResourceKind<RawResource> Pods = new("", "v1", "pods", "Pod", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Nodes = new("", "v1", "nodes", "Node", RawJson.Default.RawResource, Namespaced: false);
    public static readonly ResourceKind<RawResource> ConfigMaps = new("", "v1", "configmaps", "ConfigMap", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Secrets = new("", "v1", "secrets", "Secret", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Events = new("", "v1", "events", "Event", RawJson.Default.RawResource);
}
