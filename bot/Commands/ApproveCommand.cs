using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>Agrees to a change by its number; the same as its button.</summary>
internal sealed class ApproveCommand(ChangeBoard board, ApprovalDesk desk, AccessRules access) : ICommand
{
    public CommandDeclaration Declaration { get; } = new("approve", "agree to a change", Permission.Approve, ChangeOption.Required);

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var change = ChangeOption.Resolve(board, call);
        if (access.Refusal(call.Person, Permission.Approve, change.Spec.Target) is { } refusal) return Card.Refusal(refusal);
        var said = await desk.DecideAsync(change.Metadata.Name, call.Person, deny: false, null, call.Invocation.Id, ct);
        return new Card(CardState.Information, said);
    }
}

/// <summary>Refuses a change by its number; whoever asked may take it back this way.</summary>
internal sealed class DenyCommand(ChangeBoard board, ApprovalDesk desk) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "deny", "refuse a change, or take back your own", null,
        ChangeOption.Required, new CommandOption("reason", "a few words for whoever asked", OptionKind.Text));

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var change = ChangeOption.Resolve(board, call);
        var said = await desk.DecideAsync(change.Metadata.Name, call.Person, deny: true, call["reason"], call.Invocation.Id, ct);
        return new Card(CardState.Information, said);
    }
}

internal static class ChangeOption
{
    public static readonly CommandOption Required = new("change", "the number on its card", OptionKind.Change, Required: true);

    /// <summary>
    /// The change shows itself in the answering message; one that an earlier delivery made shows itself elsewhere already.
    /// </summary>
    public static Reply ReplyWith(Change change, CommandCall call) => MessageReference.Of(change).Contains(call.Message)
        ? new Reply.Live()
        : new Card(CardState.Information, $"Change {change.Spec.Number} was asked for already: {ChangeCards.Title(change)}");

    public static Change Resolve(ChangeBoard board, CommandCall call) =>
        board.Find(long.Parse(call["change"]!, System.Globalization.CultureInfo.InvariantCulture))
        ?? throw new FaultException(new(
            "UnknownChange", $"there is no change {call["change"]}", "The number is at the bottom of its card; /history lists them"));
}
