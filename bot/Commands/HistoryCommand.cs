using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Resources;

namespace ChatOps.Bot.Commands;

/// <summary>What was done to a target, and the revisions one can go back to.</summary>
internal sealed class HistoryCommand(
    BotSettings settings, AccessRules access, StrategyCatalog strategies, ChangeBoard changes, TimeProvider time) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "history", "past changes, and the revisions to go back to", Permission.View, TargetOption.Required);

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.View);
        var revisions = await strategies.For(target).RevisionsAsync(target, ct);
        var now = time.GetUtcNow();
        var all = changes.Of(target.Name).ToList();
        var past = all.Take(5).Select(c => Line(c, now)).ToList();
        return new Card(CardState.Information, $"History of {target.Name}")
        {
            Fields = [.. revisions.Take(5).Select(r => new CardField(
                $"revision {r.Number}",
                $"{Phrases.PinnedVersion(r.Image)}{Standing(r, all)}"
                    + (r.CreatedAt is { } at ? $" · {Phrases.When(at, now)}" : "")))],
            Lines = past.Count == 0 ? ["no change was made from chat yet"] : past,
        };
    }

    private static string Standing(Revision revision, IReadOnlyList<Change> past) =>
        revision.Current ? " · live" : RevisionChoice.EndedBadly(past, revision.Image) ? " · failed last time" : "";

    private static string Line(Change change, DateTimeOffset now)
    {
        var sign = change.Status switch
        {
            { Phase: ChangePhase.Succeeded, OtherImage: not null } => "⚠",
            { Phase: ChangePhase.Succeeded } => "✔",
            { Phase: ChangePhase.Failed or ChangePhase.RolledBack } => "✘",
            { Phase: ChangePhase.AwaitingApproval or ChangePhase.Approved or ChangePhase.Running } => "⏳",
            _ => "–",
        };
        var at = change.Metadata.CreationTimestamp ?? now;
        return $"{sign} {change.Spec.Number} {ChangeCards.Title(change)} · {Words(change.Status)}"
            + $" · {change.Spec.RequestedBy.Person} · {Phrases.When(at, now)}";
    }

    private static string Words(ChangeStatus status) => status switch
    {
        { Phase: ChangePhase.AwaitingApproval } => "waits for approval",
        { Phase: ChangePhase.RolledBack } => "rolled back",
        { Phase: ChangePhase.Succeeded, OtherImage: not null } => "not the image of the plan",
        _ => status.Phase.ToString().ToLowerInvariant(),
    };
}
