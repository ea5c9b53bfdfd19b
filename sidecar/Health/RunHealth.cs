namespace ChatOps.Sidecar.Health;

/// <summary>What the probes of the pod are told while <c>run</c> runs.</summary>
/// <param name="awaited">What has not been reached yet; null once requests are heard.</param>
/// <param name="forbidden">What the API server forbids at present, a sentence each.</param>
internal sealed class RunHealth(Func<string?> awaited, Func<string> metrics, Func<IReadOnlyList<string>> forbidden)
{
    public const string LivePath = "/health/live", ReadyPath = "/health/ready", MetricsPath = "/metrics";

    public HttpAnswer Answer(string path) => path switch
    {
        // A watch that ends by a fault of ours ends the process, so one that answers is alive.
        LivePath => new(200, "live\n"),
        ReadyPath => awaited() is { } what ? new(503, $"waiting for {what}\n{Forbidden}") : new(200, $"ready\n{Forbidden}"),
        MetricsPath => new(200, metrics(), ChatOps.Metrics.PrometheusText.ContentType),
        _ => new(404, "not found\n"),
    };

    private string Forbidden => string.Concat(forbidden().Select(right => $"{right}\n"));
}
