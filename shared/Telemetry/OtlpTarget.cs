using ChatOps.Values;

namespace ChatOps.Telemetry;

/// <summary>What is sent to a collector, each apart from the others.</summary>
internal enum OtlpSignal
{
    Metrics,
    Traces,
    Logs,
}

/// <summary>Where one signal goes and how.</summary>
/// <param name="Endpoint">The whole address for HTTP; the server alone for gRPC.</param>
/// <param name="Headers">As the variable has them, checked; they hold keys.</param>
/// <param name="Timeout">How long one export may take.</param>
internal sealed record OtlpTarget(OtlpSignal Signal, Uri Endpoint, bool Grpc, Secret? Headers, TimeSpan Timeout)
{
    /// <summary>A file with the certificates a collector's own must lead to; null means those of the system.</summary>
    public string? Authorities { get; init; }

    /// <summary>Files with the certificate and the key shown to the collector.</summary>
    public (string Certificate, string Key)? Client { get; init; }

    /// <summary>The address as it may be told to anybody.</summary>
    public string Address => Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
