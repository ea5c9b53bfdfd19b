using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>An object with all its fields: a kubelet reads more of a pod than any model of ours has.</summary>
[JsonConverter(typeof(RawResourceConverter))]
internal sealed record RawResource(ObjectMeta Metadata, JsonObject Rest) : IResource;

internal sealed class RawResourceConverter : JsonConverter<RawResource>
{
    public override RawResource Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var whole = (JsonObject)JsonNode.Parse(ref reader)!;
        return new(whole["metadata"].Deserialize(RawJson.Default.ObjectMeta) ?? new(), whole);
    }

    public override void Write(Utf8JsonWriter writer, RawResource value, JsonSerializerOptions options) =>
        value.Rest.WriteTo(writer, options);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RawResource))]
[JsonSerializable(typeof(ObjectMeta))]
internal sealed partial class RawJson : JsonSerializerContext;

/// <summary>The kinds a kubelet touches, read whole.</summary>
internal static class RawKinds
{
    public static readonly ResourceKind<RawResource> Pods = new("", "v1", "pods", "Pod", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Nodes = new("", "v1", "nodes", "Node", RawJson.Default.RawResource, Namespaced: false);
    public static readonly ResourceKind<RawResource> ConfigMaps = new("", "v1", "configmaps", "ConfigMap", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Secrets = new("", "v1", "secrets", "Secret", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Claims =
        new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", RawJson.Default.RawResource);
    public static readonly ResourceKind<RawResource> Volumes =
        new("", "v1", "persistentvolumes", "PersistentVolume", RawJson.Default.RawResource, Namespaced: false);
    public static readonly ResourceKind<RawResource> StorageClasses =
        new("storage.k8s.io", "v1", "storageclasses", "StorageClass", RawJson.Default.RawResource, Namespaced: false);
    public static readonly ResourceKind<RawResource> Events = new("", "v1", "events", "Event", RawJson.Default.RawResource);
}
