using System.Text.Json;

namespace ChatOps.Kubernetes;

/// <summary>The body of every refusal of the API server (Kubernetes API reference, "Status v1 meta").</summary>
internal sealed record ApiStatus
{
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public int Code { get; init; }

    public ApiStatusDetails? Details { get; init; }

    /// <summary>
    /// Forbidden by an admission plugin or a webhook, and no right helps: a plugin says that the object <c>is forbidden:</c> and why, a
    /// webhook that it <c>denied the request</c>; an authorizer says what somebody <c>cannot</c> do (Kubernetes documentation, "Admission
    /// Control" and "Authorization").
    /// </summary>
    public bool IsOfAdmission => Says("denied the request") || (Says(" is forbidden: ") && !Says(" cannot "));

    public bool IsOfQuota => IsOfAdmission && Says("exceeded quota");

    private bool Says(string words) => Message?.Contains(words, StringComparison.Ordinal) == true;
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
