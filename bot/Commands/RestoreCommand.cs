using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>
/// Asks for the data of a snapshot, its version left as it is; also where the application is stopped or does not come up.
/// </summary>
internal sealed class RestoreCommand(
    BotSettings settings, AccessRules access, ChangeRequests requests, SnapshotBoard snapshots, TimeProvider time) : ICommand
{
    /// <summary>How many are offered to choose from.</summary>
    private const int Offered = 4;

    public CommandDeclaration Declaration { get; } = new(
        "restore", "bring back the data of a snapshot, its version left as it is", Permission.Rollback,
        TargetOption.Required, new CommandOption("snapshot", "a name from /snapshots; without it, choose", OptionKind.Snapshot));

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Rollback);
        if (target.Home is null)
        {
            throw new FaultException(new(
                "NoHome", $"{target.Name} has no data in the care of a sidecar", "Declare home: for this target in chatops.yaml"));
        }
        if (call["snapshot"] is not { } name) return Choice(target);
        var archive = RestorableOf(target.Name).FirstOrDefault(s => s.Metadata.Name == name || s.Status.Archive!.Name == name)
            ?? throw new FaultException(new(
                "NoSnapshot", $"{target.Name} has no snapshot '{name}' to go back to", $"/snapshots {target.Name} lists what there is"));
        // What is asked for is fixed here, so that the plan an approver sees cannot come to mean another archive.
        var parameters = new Dictionary<string, string> { ["archive"] = archive.Status.Archive!.Name };
        var change = await requests.CreateAsync(
            new ChangeWish(call.Invocation.Id, call.Person, target, "restore", parameters, call.Message), ct);
        return ChangeOption.ReplyWith(change, call);
    }

    /// <summary>Buttons that ask for it, the newest first.</summary>
    public static IReadOnlyList<Button> Buttons(IEnumerable<Snapshot> restorable, DateTimeOffset now) => [.. restorable.Take(Offered)
        .Select(s => new Button(
            $"/restore {s.Spec.Target} {s.Metadata.Name}", $"Restore {Phrases.When(s.Status.CutTime ?? now, now)}", ButtonStyle.Danger))];

    /// <summary>Those whose archive is there.</summary>
    public static bool IsRestorable(Snapshot snapshot) => snapshot.Status is { Phase: SnapshotPhase.Succeeded, Archive.Name.Length: > 0 };

    private Card Choice(Target target)
    {
        var all = RestorableOf(target.Name).ToList();
        return all.Count == 0
            ? new Card(CardState.Warning, $"{target.Name} has no snapshot to go back to")
            : new Card(CardState.Waiting, $"The data of which snapshot of {target.Name}?")
            {
                Lines = ["What came after it is gone then; a snapshot of now is taken first, and a person has to agree."],
                Buttons = Buttons(all, time.GetUtcNow()),
                Footer = all.Count > Offered ? $"older ones by their name: /restore {target.Name} NAME" : null,
            };
    }

    private IEnumerable<Snapshot> RestorableOf(string target) => snapshots.Of(target).Where(IsRestorable);
}
