using ChatOps.Bot.Leadership;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Health;

/// <summary>What the probes of a pod are told: a status and one line that says why.</summary>
internal sealed class HealthPages(Readiness readiness, Heartbeats heartbeats, Leader leader, Refusals refusals)
{
    public const string LivePath = "/health/live", ReadyPath = "/health/ready";

    /// <summary>Dead only when starting anew would help.</summary>
    public IResult Live() => heartbeats.Stuck is { Count: > 0 } stuck
        ? Unavailable($"stuck: {string.Join(", ", stuck)}; no sign of life for {Heartbeats.Deadline.TotalMinutes:0} minutes")
        : Results.Text("live");

    /// <summary>One that stands by is ready when it could take over: it has reached the API server and knows who leads.</summary>
    public IResult Ready() => leader.Other is { } other ? Results.Text($"standing by; {other} leads")
        : readiness.Awaited is { Count: > 0 } awaited ? Unavailable($"waiting for {string.Join(", ", awaited)}{Forbidden}")
        : Results.Text($"ready{Forbidden}");

    /// <summary>
    /// A missing right makes nobody unready who was ready: the rest can still be served, and starting anew would not help.
    /// </summary>
    private string Forbidden => string.Concat(refusals.Present.Select(r => $"\n{r}"));

    private static IResult Unavailable(string why) => Results.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable);
}
