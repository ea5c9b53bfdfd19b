using System.Globalization;
using System.Text.Json.Serialization;
using ChatOps.Values;

namespace ChatOps.Retention;

/// <summary>
/// How many snapshots stay: of the newest, and of the newest of each hour, day, week, month and year that has one. What any rule keeps is
/// kept. A rule of 0, or without a number, keeps nothing; without any rule everything is kept.
/// </summary>
public sealed record RetentionRules
{
    public const int Most = 100_000;

    private static readonly string[] Names = ["last", "hourly", "daily", "weekly", "monthly", "yearly"];

    public int? KeepLast { get; init; }

    public int? KeepHourly { get; init; }

    public int? KeepDaily { get; init; }

    /// <summary>Weeks as in ISO 8601: from Monday, and the first one has the year's first Thursday.</summary>
    public int? KeepWeekly { get; init; }

    public int? KeepMonthly { get; init; }

    public int? KeepYearly { get; init; }

    /// <summary>A <see cref="RetentionSpan"/>, counted back from the newest snapshot: where none are taken, none fall out of it.</summary>
    public string? KeepWithin { get; init; }

    /// <summary>An IANA name: where hours and days begin; null is UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The fingerprint of a new database that a person accepts: what is older is no longer held for its sake.</summary>
    public string? AcceptedFingerprint { get; init; }

    /// <summary>The archive from which on a person accepts that less data is there; what is older is no longer held for its sake.</summary>
    public string? AcceptedSnapshot { get; init; }

    /// <summary>No rule says to keep anything, so nothing is to be removed.</summary>
    [JsonIgnore]
    public bool IsEmpty => Numbers().All(n => n is null or 0) && string.IsNullOrEmpty(KeepWithin);

    /// <summary>Null when they can be followed.</summary>
    public Fault? Check() =>
        Numbers().Any(n => n is < 0 or > Most)
            ? new Fault("BadRules", $"a rule keeps from 0 to {Most.ToString("#,0", CultureInfo.InvariantCulture)} snapshots",
                "Leave out what shall keep none")
            : !TimeZoneInfo.TryFindSystemTimeZoneById(ZoneName, out _)
                ? new Fault("BadZone", $"there is no time zone '{TimeZone}'", "Write an IANA name, such as Europe/Berlin")
                : string.IsNullOrEmpty(KeepWithin) ? null : RetentionSpan.Parse(KeepWithin).Fault;

    /// <summary>Reads <c>last 3, daily 7, weekly 4, within 2d</c>, as <see cref="ToString"/> writes it; commas are optional.</summary>
    public static Outcome<RetentionRules> Parse(string text)
    {
        var words = text.ToLowerInvariant().Split([' ', ',', '=', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var rules = new RetentionRules();
        HashSet<string> seen = [];
        for (var i = 0; i < words.Length; i += 2)
        {
            var name = words[i].StartsWith("keep-", StringComparison.Ordinal) ? words[i]["keep-".Length..] : words[i];
            if (i + 1 == words.Length || !seen.Add(name) || rules.With(name, words[i + 1]) is not { } more)
                return Misfit(text);
            rules = more;
        }
        return words.Length == 0 ? Misfit(text) : rules.Check() is { } fault ? fault : rules;
    }

    public override string ToString()
    {
        var parts = Names.Zip(Numbers()).Where(rule => rule.Second > 0)
            .Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.First} {rule.Second}")).ToList();
        if (!string.IsNullOrEmpty(KeepWithin)) parts.Add($"within {KeepWithin}");
        return parts.Count == 0 ? "keep everything" : string.Join(", ", parts);
    }

    internal string ZoneName => string.IsNullOrEmpty(TimeZone) ? "UTC" : TimeZone;

    private int?[] Numbers() => [KeepLast, KeepHourly, KeepDaily, KeepWeekly, KeepMonthly, KeepYearly];

    private RetentionRules? With(string name, string value)
    {
        if (name == "within") return RetentionSpan.Parse(value).Succeeded ? this with { KeepWithin = value } : null;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return name switch
        {
            "last" => this with { KeepLast = number },
            "hourly" => this with { KeepHourly = number },
            "daily" => this with { KeepDaily = number },
            "weekly" => this with { KeepWeekly = number },
            "monthly" => this with { KeepMonthly = number },
            "yearly" => this with { KeepYearly = number },
            _ => null,
        };
    }

    private static Fault Misfit(string text) => new(
        "BadRules", $"'{(text.Length > 100 ? text[..100] + "…" : text)}' cannot be read as rules",
        "Write \"last 3, hourly 24, daily 7, weekly 4, monthly 12, yearly 2, within 30d\", or some of these");
}
