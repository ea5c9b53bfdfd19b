using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;

namespace ChatOps.Bot.Commands;

/// <summary>Asks for an earlier version, with or without its data. Where both are possible and nobody said which, it asks.</summary>
internal sealed class RollbackCommand(
    BotSettings settings, AccessRules access, ChangeRequests requests, StrategyCatalog strategies,
    ChangeBoard changes, SnapshotBoard snapshots) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "rollback", "go back to an earlier version, with its data if you say so", Permission.Rollback,
        TargetOption.Required,
        new CommandOption("revision", "a number from /history; without it, the one before", OptionKind.Revision),
        new CommandOption("data", "bring back the data of that time too", OptionKind.Choice) { Choices = ["yes", "no"] });

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Rollback);
        var archive = target.Home is null || call["data"] == "no" ? null : await ArchiveAsync(target, call["revision"], ct);
        if (call["data"] is null && archive is not null) return await AskAsync(target, call["revision"], archive, ct);
        // What is asked for is fixed here, so that the plan an approver sees cannot come to mean another archive.
        var parameters = new Dictionary<string, string> { ["data"] = call["data"] ?? "no" };
        if (call["revision"] is { } revision) parameters["revision"] = revision;
        if (parameters["data"] == "yes" && archive is not null) parameters["archive"] = archive;
        var change = await requests.CreateAsync(
            new ChangeWish(call.Invocation.Id, call.Person, target, "rollback", parameters, call.Message), ct);
        return ChangeOption.ReplyWith(change, call);
    }

    /// <summary>The data that belongs to the version that is gone back to: with that of another it may not even start.</summary>
    private async Task<string?> ArchiveAsync(Target target, string? revision, CancellationToken ct)
    {
        if (revision is null) return changes.ArchiveBeforeLive(target.Name, snapshots);
        var revisions = await strategies.For(target).RevisionsAsync(target, ct);
        return RevisionChoice.Named(revisions, revision) is { } to ? changes.ArchiveOf(target.Name, to.Image, snapshots) : null;
    }

    private async Task<Card> AskAsync(Target target, string? revision, string archive, CancellationToken ct)
    {
        var revisions = await strategies.For(target).RevisionsAsync(target, ct);
        var to = revision is null
            ? RevisionChoice.Default(revisions, [.. changes.Of(target.Name)], withData: false)
            : RevisionChoice.Named(revisions, revision);
        var command = revision is null ? $"/rollback {target.Name}" : $"/rollback {target.Name} {revision}";
        var version = to is null ? "" : $" to {Phrases.Version(to.Image)}";
        return new Card(CardState.Waiting, $"Roll back {target.Name}{version}: image only, or with data?")
        {
            Lines =
            [
                "Image only: the data stays as it is now. An older version may refuse a database that a newer one has changed.",
                $"With data: back to {archive}. What came after it is gone; a snapshot of now is taken first.",
            ],
            Buttons =
            [
                new Button($"{command} data:no", "Image only", ButtonStyle.Primary),
                new Button($"{command} data:yes", "Image and data", ButtonStyle.Danger),
            ],
        };
    }
}
