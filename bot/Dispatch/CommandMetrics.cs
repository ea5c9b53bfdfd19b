using System.Diagnostics.Metrics;

namespace ChatOps.Bot.Dispatch;

/// <summary>What came of commands. Never who typed them, nor anything that was typed but the name of a command there is.</summary>
internal static class CommandMetrics
{
    public static readonly Meter Meter = new("ChatOps.Bot.Dispatch");

    private static readonly Counter<long> Commands = Meter.CreateCounter<long>("chatops.commands", null, "Commands by how they ended.");

    private static readonly Histogram<double> Acknowledgements = Meter.CreateHistogram(
        "chatops.command.acknowledgement", "s", "Time from hearing a command to showing that it was heard.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <param name="command">Null when it is none.</param>
    public static void Ended(string? command, CommandOutcome outcome) =>
        Commands.Add(1, new("command", command ?? "none"), new("outcome", outcome.ToString().ToLowerInvariant()));

    public static void Acknowledged(string? command, TimeSpan after) =>
        Acknowledgements.Record(after.TotalSeconds, new KeyValuePair<string, object?>("command", command ?? "none"));
}

/// <summary>How a command ended for whoever typed it.</summary>
internal enum CommandOutcome
{
    Done,

    /// <summary>Something was missing, and buttons asked for it.</summary>
    Asked,

    Refused,

    /// <summary>The cluster, or the bot itself, was not up to it.</summary>
    Failed,

    /// <summary>Typed by nobody who is declared.</summary>
    Stranger,

    /// <summary>The platform did not take the answer, so nothing was done.</summary>
    Unanswered,
}
