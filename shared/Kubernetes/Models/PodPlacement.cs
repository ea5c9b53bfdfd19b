using System.Text.Json;

namespace ChatOps.Kubernetes;

/// <summary>Where a pod may run.</summary>
public sealed record Affinity
{
    public JsonElement? NodeAffinity { get; init; }
}

/// <summary>An object of the same namespace.</summary>
public sealed record LocalReference
{
    public string Name { get => field ?? ""; init; }
}
