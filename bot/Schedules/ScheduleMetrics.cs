using System.Diagnostics.Metrics;

namespace ChatOps.Bot.Schedules;

/// <summary>Moments of schedules that passed without the snapshot they should have had.</summary>
internal static class ScheduleMetrics
{
    public static readonly Meter Meter = new("ChatOps.Bot.Schedules");

    private static readonly Counter<long> Misses = Meter.CreateCounter<long>(
        "chatops.schedule.missed", null, "Moments of schedules that passed without a snapshot.");

    /// <summary>Begins the count of a target at zero, or the first miss would look like no increase at all.</summary>
    public static void Declare(string target) => Count(target, 0);

    public static void Missed(string target) => Count(target, 1);

    private static void Count(string target, int by) => Misses.Add(by, new KeyValuePair<string, object?>("target", target));
}
