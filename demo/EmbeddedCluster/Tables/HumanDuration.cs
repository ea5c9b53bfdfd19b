namespace ChatOps.Cluster.Tables;

/// <summary>Shortens a time span to at most two units, as kubectl shows ages: <c>42s</c>, <c>3m20s</c>, <c>5h</c>, <c>12d</c>.</summary>
internal static class HumanDuration
{
    public static string Of(TimeSpan span) => span switch
    {
        { TotalSeconds: < -1 } => "<invalid>",
        { TotalSeconds: < 120 } => $"{Math.Max(0, (int)span.TotalSeconds)}s",
        { TotalMinutes: < 10 } => Two((int)span.TotalMinutes, "m", span.Seconds, "s"),
        { TotalHours: < 3 } => $"{(int)span.TotalMinutes}m",
        { TotalHours: < 8 } => Two((int)span.TotalHours, "h", span.Minutes, "m"),
        { TotalHours: < 48 } => $"{(int)span.TotalHours}h",
        { TotalDays: < 8 } => Two((int)span.TotalDays, "d", span.Hours, "h"),
        { TotalDays: < 730 } => $"{(int)span.TotalDays}d",
        _ => Two((int)(span.TotalDays / 365), "y", (int)(span.TotalDays % 365), "d"),
    };

    public static string Since(DateTimeOffset? at, DateTimeOffset now) => at is { } then ? Of(now - then) : "<unknown>";

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
