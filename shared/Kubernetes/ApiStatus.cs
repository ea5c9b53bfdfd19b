using System.Text.Json;

namespace ChatOps.Kubernetes;

/// <summary>The body of every refusal of the API server (Kubernetes API reference, "Status v1 meta").</summary>
internal sealed record ApiStatus
{
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public int Code { get; init; }

    public ApiStatusDetails? Details { get; init; }
}

internal sealed record ApiStatusDetails
{
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>A list with its items still unread, so that one envelope serves every kind.</summary>
internal sealed record ListEnvelope
{
    public ListMeta Metadata { get => field ?? new(); init; }

    public IReadOnlyList<JsonElement>? Items { get; init; }
}

internal sealed record ListMeta
{
    public string? ResourceVersion { get; init; }

    public string? Continue { get; init; }
}
