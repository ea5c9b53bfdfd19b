namespace ChatOps.Bot.Health;

/// <summary>What the probes of a pod are told: a status and one line that says why.</summary>
internal sealed class HealthPages(Readiness readiness, Heartbeats heartbeats)
{
    public const string LivePath = "/health/live", ReadyPath = "/health/ready";

    /// <summary>Dead only when starting anew would help.</summary>
    public IResult Live() => heartbeats.Stuck is { Count: > 0 } stuck
        ? Unavailable($"stuck: {string.Join(", ", stuck)}; no sign of life for {Heartbeats.Deadline.TotalMinutes:0} minutes")
        : Results.Text("live");

    public IResult Ready() => readiness.Awaited is { Count: > 0 } awaited
        ? Unavailable($"waiting for {string.Join(", ", awaited)}")
        : Results.Text("ready");

    private static IResult Unavailable(string why) => Results.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable);
}
