using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Shows a Change as a card; pure.</summary>
internal static class ChangeCards
{
    /// <summary>How much of the log of what failed fits on a phone.</summary>
    private const int LinesOfLog = 3;

    public static Card Of(Change change) => change.Status.Phase switch
    {
        ChangePhase.AwaitingApproval => Waiting(change),
        ChangePhase.Approved or ChangePhase.Running => Running(change),
        ChangePhase.Succeeded => Succeeded(change),
        ChangePhase.RolledBack => Ended(change, CardState.Failed, change.Spec.Action == "deploy" ? "rolled back" : "undone"),
        ChangePhase.Failed => Ended(change, CardState.Failed, "failed"),
        ChangePhase.Denied => Closed(change, $"denied by {Last(change)?.Person}", Last(change)?.Reason),
        ChangePhase.Expired => Closed(change, "expired", "Nobody approved it in time; ask for it again"),
        _ => Closed(change, "not done", Sentence(change.Status.Error)),
    };

    private static Card Waiting(Change change)
    {
        var (plan, rule) = (change.Spec.Plan, change.Spec.Approvals);
        var buttons = ChangeRequests.Buttons(change).Select(b => b.Action == "approve"
            ? new Button(b.Id, "Approve", ButtonStyle.Primary) : new Button(b.Id, "Deny", ButtonStyle.Danger, AsksReason: true));
        var agreed = change.Status.Agreed == 0 ? "" : $", {change.Status.Agreed} so far";
        return new Card(CardState.Waiting, $"{Title(change)}: needs approval")
        {
            Fields = PlanFields(change),
            Buttons = rule.Required == 0 ? [] : [.. buttons],
            Footer = $"change {change.Spec.Number} · asked by {change.Spec.RequestedBy.Person}"
                + $" · needs {Counted.Of(rule.Required, rule.Role ?? "person", $"× {rule.Role}")}{agreed}"
                + (rule.ExpiresAt is { } e ? $" · expires {e.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)} UTC" : ""),
        };
    }

    /// <summary>What is, what will be, and how: the same lines on every platform.</summary>
    public static IReadOnlyList<CardField> PlanFields(Change change)
    {
        var plan = change.Spec.Plan;
        var away = plan.ExpectedDowntimeSeconds is { } seconds ? $", away about {Phrases.Seconds(seconds)}" : "";
        List<CardField> fields =
        [
            new("now", Named(plan.From)),
            new("then", change.Spec.Action switch
            {
                "attach" => $"the same, with {(plan.Sidecar is { } sidecar ? Sidecar(sidecar) : "a sidecar it does not name")}",
                "detach" => "the same, without sidecar: no more snapshots",
                "restore" => "the same version, with other data",
                "rollback" when plan.To.Image == plan.From.Image => $"{Named(plan.To)} as {Goal(plan)} had it",
                _ => Named(plan.To),
            }),
            new("way", $"{plan.Strategy}, {Counted.Of(plan.Replicas, "pod")}{away}"),
        ];
        if (plan.Archive is not null) fields.Add(new("data", $"back to {plan.Archive}; what came after is gone"));
        fields.Add(new("gates", string.Join("  ", plan.Gates.Select(Gate))));
        fields.Add(new("back", plan.WayBack));
        return fields;
    }

    private static Card Running(Change change)
    {
        var status = change.Status;
        var back = status.RollingBackSince is not null;
        var steps = back ? WayBack.Steps(change) : change.Spec.Plan.Steps;
        var done = steps.Count(s => status.Step(s) is { State: StepState.Succeeded });
        var current = steps.FirstOrDefault(s => status.Step(s) is not { State: StepState.Succeeded });
        var doing = current is null ? "finishing" : StepNames.Title(current);
        var message = current is null ? null : status.Step(current)?.Message;
        return new Card(CardState.Working, back ? $"{Title(change)}: going back" : Title(change))
        {
            Progress = new CardProgress(
                steps.Count == 0 ? null : (double)done / steps.Count, $"{doing}{(message is null ? "" : $" · {message}")}"),
            Lines = back && status.Error is { } error ? [error.Message] : [],
            Footer = By(change),
        };
    }

    private static Card Succeeded(Change change)
    {
        var status = change.Status;
        List<string> lines = [$"{Took(change)}{Away(change)}"];
        if (status.OtherImage is { } other) lines.Insert(0, other);
        else if (status.ResultImageId is { } id) lines.Add($"runs {Phrases.ShortDigest(id)}");
        if (change.Spec.Plan.Archive is { } archive) lines.Add($"with the data of {archive}");
        else if (status.PreChangeSnapshot is { } snapshot) lines.Add($"snapshot before it: {snapshot}");
        Button[] next = change.Spec.Action switch
        {
            "deploy" => [new($"/rollback {change.Spec.Target}", "Roll back…", ButtonStyle.Danger)],
            // Only a snapshot tells whether the sidecar can read all of the home.
            "attach" => [new($"/snapshot {change.Spec.Target}", "Take a snapshot")],
            _ => [],
        };
        var card = new Card(CardState.Succeeded, Title(change)) { Lines = lines, Buttons = next, Footer = By(change) };
        return status.OtherImage is null
            ? card
            : card with { State = CardState.Warning, Title = $"{card.Title}: not the image of the plan" };
    }

    private static Card Ended(Change change, CardState state, string verdict)
    {
        List<string> lines = [];
        if (change.Status.Error is { } error) lines.Add(error.Message);
        if (change.Status.Phase == ChangePhase.RolledBack)
        {
            var back = change.Status.FinishedAt - change.Status.RollingBackSince;
            lines.Add($"back on {Named(change.Spec.Plan.From)}{(back is { } b ? $" in {Phrases.Duration(b)}" : "")}{Away(change)}");
        }
        if (change.Status.OtherImage is { } other) lines.Add(other);
        if (change.Status.FailureLog is { Lines.Count: > 0 } log)
            lines.AddRange([$"{log.Container} wrote last:", .. log.Lines.TakeLast(LinesOfLog).Select(Phrases.Shortened)]);
        if (change.Status.Error?.Hint is { } hint) lines.Add(hint);
        return new Card(state, $"{Title(change)}: {verdict}") { Lines = lines, Buttons = DataOfBefore(change), Footer = By(change) };
    }

    /// <summary>A version that was there for a while may have changed its database so that the one before does not read it.</summary>
    private static Button[] DataOfBefore(Change change) =>
        change is { Spec.Action: "deploy", Status: { PreChangeSnapshot: { } snapshot } status }
            && status.Step(StepNames.RollOut) is not null
            ? [new($"/restore {change.Spec.Target} {snapshot}", "Restore its data of before…", ButtonStyle.Danger)]
            : [];

    private static Card Closed(Change change, string verdict, string? why) =>
        new(CardState.Warning, $"{Title(change)}: {verdict}") { Lines = string.IsNullOrWhiteSpace(why) ? [] : [why], Footer = By(change) };

    public static string Title(Change change)
    {
        var (spec, to) = (change.Spec, change.Spec.Plan.To);
        return spec.Action switch
        {
            "deploy" => $"Deploy {spec.Target} {Phrases.Version(to.Image)}",
            "attach" => $"Attach the sidecar to {spec.Target}",
            "detach" => $"Detach the sidecar from {spec.Target}",
            "rollback" => $"Roll back {spec.Target} to {Goal(spec.Plan)}{(spec.Plan.Archive is null ? "" : " with data")}",
            "restore" => $"Restore the data of {spec.Target}",
            var other => $"{other} {spec.Target}",
        };
    }

    /// <summary>The version; where that stays the same, the revision.</summary>
    private static string Goal(ChangePlan plan) => plan.To is { Revision: { } revision, Image: var image } && image == plan.From.Image
        ? $"revision {revision}" : Phrases.Version(plan.To.Image);

    private static string Sidecar(PlannedSidecar sidecar) =>
        $"{sidecar.Image} as {(sidecar.Native ? "a native sidecar" : "one more container")}, its home read-only"
            + (sidecar.RunAs is { } user ? $", as user {user}" : "");

    private static string Took(Change change) =>
        change.Status is { StartedAt: { } from, FinishedAt: { } to } ? Phrases.Duration(to - from) : "";

    private static string Away(Change change) => change.Status.DowntimeSeconds is { } seconds
        ? $" · {change.Spec.Target} was away {Phrases.Seconds(seconds)}"
        : $" · {change.Spec.Target} was never away";

    private static string Named(PlannedVersion version)
    {
        var digest = version.ImageId is { } id ? $"  ({Phrases.ShortDigest(id)})" : "";
        return $"{Phrases.Version(version.Image)}{digest}";
    }

    private static string Gate(GateVerdict gate) => gate.Verdict switch
    {
        "pass" => $"✔ {gate.Name}",
        "warn" => $"⚠ {gate.Message}",
        _ => $"✘ {gate.Message}",
    };

    private static Approval? Last(Change change) => change.Status.Approvals is { Count: > 0 } given ? given[^1] : null;

    private static string? Sentence(ResourceFault? fault) =>
        fault is null ? null : fault.Hint is null ? fault.Message : $"{fault.Message}. {fault.Hint}";

    /// <summary>Its number, who asked and who agreed.</summary>
    public static string By(Change change)
    {
        var agreed = change.Status.Approvals?.Where(a => a.Decision == "approved").Select(a => a.Person).ToList() ?? [];
        return $"change {change.Spec.Number} · asked by {change.Spec.RequestedBy.Person}"
            + (agreed.Count == 0 ? "" : $" · approved by {string.Join(", ", agreed)}");
    }
}
