using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Resources;

/// <summary>Reads and writes our resources without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(Restore))]
[JsonSerializable(typeof(SnapshotSchedule))]
[JsonSerializable(typeof(IReadOnlyList<MessageReference>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class ResourceJson : JsonSerializerContext;
