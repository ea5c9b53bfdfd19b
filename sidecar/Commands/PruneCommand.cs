using System.CommandLine;
using ChatOps.Retention;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>Removes the target's older snapshots by rules, after it has said which and why.</summary>
internal sealed class PruneCommand : ISidecarCommand
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be kept and removed." };
    private readonly Option<int?> _last = Number("--keep-last", "the newest N, however close together");
    private readonly Option<int?> _hourly = Number("--keep-hourly", "the newest of each of the last N hours that have one");
    private readonly Option<int?> _daily = Number("--keep-daily", "the same of days");
    private readonly Option<int?> _weekly = Number("--keep-weekly", "the same of weeks, which begin on Monday");
    private readonly Option<int?> _monthly = Number("--keep-monthly", "the same of months");
    private readonly Option<int?> _yearly = Number("--keep-yearly", "the same of years");

    private readonly Option<string?> _within = new("--keep-within")
    {
        Description = "Keep all that are younger than the newest by at most this: 30d, 12h, 2w, 1y2m3d (m is months).",
    };

    private readonly Option<string?> _zone = new("--time-zone")
    {
        Description = "Where days begin, such as Europe/Berlin; without it, UTC.",
    };

    private readonly Option<string?> _accept = new("--accept-fingerprint")
    {
        Description = "The new database is meant to be there: snapshots older than it need no longer be kept for that.",
    };

    private readonly Option<string?> _acceptSnapshot = new("--accept-snapshot")
    {
        Description = "From this snapshot on less data is meant to be there: those older need no longer be kept for that.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _protect = new("--protect")
    {
        Description = "Keep this snapshot whatever the rules say; may be given again.",
        AllowMultipleArgumentsPerToken = false,
    };

    public Command Shape => new(
        "prune",
        "Remove older snapshots of the target by rules; what any rule keeps is kept. The newest verified one always stays, and without "
            + "rules all do. Archives that never got a manifest are removed after a day.")
    {
        _dryRun, _last, _hourly, _daily, _weekly, _monthly, _yearly, _within, _zone, _accept, _acceptSnapshot, _protect,
    };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar prune --target signal --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run",
        "sidecar prune --target signal --keep-within 30d --protect signal-20261121T030000Z-1a2b3c",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var protect = (scope.Get(_protect) ?? []).Distinct().ToDictionary(name => name, _ => "--protect", StringComparer.Ordinal);
        var request = new PruneRequest(scope.RequiredTarget(), Rules(scope), protect);
        var run = new PruneRun(scope.Store, scope.Time);
        var plan = await run.PlanAsync(request, cancellation);
        // A name mistyped here would be a snapshot lost.
        if (protect.Keys.FirstOrDefault(name => !plan.Manifests.ContainsKey(name)) is { } unknown)
            throw new FaultException(Stores.StoredNames.Missing(scope.Store.Location, unknown));

        var text = new PruneText(scope.Report, plan);
        text.Table();
        if (scope.Get(_dryRun))
        {
            text.DryRun();
            return ExitCode.Done;
        }
        var outcome = await run.RemoveAsync(plan, cancellation);
        text.Done(outcome);
        return outcome.Stayed.Count == 0 ? ExitCode.Done : ExitCode.DoneWithNotes;
    }

    private RetentionRules Rules(CommandScope scope) => new()
    {
        KeepLast = scope.Get(_last),
        KeepHourly = scope.Get(_hourly),
        KeepDaily = scope.Get(_daily),
        KeepWeekly = scope.Get(_weekly),
        KeepMonthly = scope.Get(_monthly),
        KeepYearly = scope.Get(_yearly),
        KeepWithin = scope.Get(_within),
        TimeZone = scope.Get(_zone),
        AcceptedFingerprint = scope.Get(_accept),
        AcceptedSnapshot = scope.Get(_acceptSnapshot),
    };

    private static Option<int?> Number(string name, string what) => new(name) { Description = $"Keep {what}.", HelpName = "N" };
}
