using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Retention;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>
/// The part of /schedule that decides which snapshots stay: first it only shows what rules would do, and writes them when it is told to.
/// </summary>
internal sealed class ScheduleRetention(IKubernetesClient client, SnapshotBoard snapshots, ChangeBoard changes, TimeProvider time)
{
    public const string None = "none";

    private const string Usage = "Write /schedule retention TARGET \"last 3, daily 7, weekly 4, monthly 12\", or none to keep all";

    /// <param name="text">The rules in words; null for those in use.</param>
    /// <param name="use">Write them; else only show what they would do.</param>
    public async Task<Card> SetAsync(Target target, SnapshotSchedule schedule, string? text, bool use, CancellationToken ct)
    {
        if ((text is null ? schedule.Spec.Retention?.Check() : null) is { } broken) throw new FaultException(broken with { Hint = Usage });
        var rules = Merged(schedule, text);
        if (use) return RetentionCards.Used(await WriteAsync(target, schedule, Numbers(rules), ct));
        if (text is null && rules.IsEmpty)
            return new Card(CardState.Information, $"Every snapshot of {target.Name} is kept") { Lines = [Usage] };
        var command = $"/schedule retention {target.Name} rules:\"{(rules.IsEmpty ? None : rules.ToString())}\" use:yes";
        var card = RetentionCards.Preview(target.Name, rules, Plan(target, rules), command);
        return text is null ? card with { State = CardState.Information, Title = card.Title.TrimEnd('?'), Buttons = [] } : card;
    }

    /// <summary>
    /// Says that the new database is meant to be there, or that less data is since an archive. One that is not the newest seen is refused:
    /// it may be mistyped.
    /// </summary>
    public async Task<Card> AcceptAsync(Target target, SnapshotSchedule schedule, string? what, CancellationToken ct)
    {
        var plan = Plan(target, new RetentionRules { KeepLast = 1 });
        if (plan.Loss is { } loss && what == loss.At.Name)
        {
            await WriteAsync(target, schedule, new JsonObject { ["acceptedSnapshot"] = what }, ct);
            return RetentionCards.Accepted(target.Name, what);
        }
        if (what is null || what.Length is < 8 or > 64 || !what.All(char.IsAsciiHexDigit))
            throw new FaultException(new("BadFingerprint", "that is no fingerprint of a database, and no archive since which data is gone",
                "It stands on the card of the snapshot that first showed it"));
        if (plan.Replacement is { } replacement && !replacement.IsAccepted(what))
            throw new FaultException(new("OtherFingerprint", "the newest database has another fingerprint",
                $"Write {RetentionCards.Accept(target.Name, replacement)}"));
        var fingerprint = what.ToLowerInvariant();
        await WriteAsync(target, schedule, new JsonObject { ["acceptedFingerprint"] = fingerprint }, ct);
        return RetentionCards.Accepted(target.Name, fingerprint);
    }

    /// <summary>What is not said in words, the time zone and what was accepted, stays as it is.</summary>
    private static RetentionRules Merged(SnapshotSchedule schedule, string? text)
    {
        var now = schedule.Spec.Retention ?? new RetentionRules();
        if (text is null) return now;
        var wanted = text.Trim().Equals(None, StringComparison.OrdinalIgnoreCase) ? new RetentionRules() : RetentionRules.Parse(text).Value;
        return wanted with
        {
            TimeZone = now.TimeZone,
            AcceptedFingerprint = now.AcceptedFingerprint,
            AcceptedSnapshot = now.AcceptedSnapshot,
        };
    }

    private RetentionPlan Plan(Target target, RetentionRules rules)
    {
        var waysBack = changes.WaysBack(target.Name, snapshots);
        return RetentionPlan.Make(RetentionView.Of(snapshots.Of(target.Name), waysBack), rules, time.GetUtcNow());
    }

    private Task<SnapshotSchedule> WriteAsync(Target target, SnapshotSchedule schedule, JsonObject? retention, CancellationToken ct) =>
        client.PatchAsync(
        ChatOpsKinds.SnapshotSchedules, target.Namespace, schedule.Metadata.Name,
        Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["retention"] = retention } }), ct);

    /// <summary>Every number, so that a merge takes away those that are left out; null where nothing at all is said.</summary>
    private static JsonObject? Numbers(RetentionRules rules)
    {
        if (rules == new RetentionRules()) return null;
        var given = (JsonObject)JsonSerializer.SerializeToNode(rules, ResourceJson.Default.RetentionRules)!;
        string[] names = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly", "keepWithin"];
        return new JsonObject(names.Select(name => KeyValuePair.Create(name, given[name]?.DeepClone())));
    }
}
