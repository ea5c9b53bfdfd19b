using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Resources;

namespace ChatOps.Bot.Commands;

/// <summary>
/// Something people can ask for. Runs only after the person was allowed to; refuses by throwing <see cref="Values.FaultException"/> with
/// what would make it work. A delivery repeated with the same invocation id must do nothing twice.
/// </summary>
internal interface ICommand
{
    CommandDeclaration Declaration { get; }

    Task<Reply> RunAsync(CommandCall call, CancellationToken ct);
}

/// <summary>What a command is: menus, completion, /help and the table in the README derive from it.</summary>
/// <param name="Needs">The permission it takes; null means everybody declared in <c>chatops.yaml</c> may.</param>
internal sealed record CommandDeclaration(string Name, string Summary, Permission? Needs, params IReadOnlyList<CommandOption> Options)
{
    /// <summary><c>/deploy target version</c>; optional ones in brackets.</summary>
    public string Usage => string.Join(' ', Options.Select(o => o.Required ? o.Name : $"[{o.Name}]").Prepend($"/{Name}"));
}

internal sealed record CommandOption(string Name, string Summary, OptionKind Kind, bool Required = false)
{
    /// <summary>The only values allowed; null when any fits.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

/// <summary>What a value means, so that it can be completed from live data.</summary>
internal enum OptionKind
{
    Text,
    Number,
    Target,
    Version,
    Revision,
    Change,
    Choice,
    Snapshot,
}

/// <summary>One run of a command, with its options bound and its person known.</summary>
/// <param name="Message">The message that answers; a resource made by the command names it.</param>
internal sealed record CommandCall(
    Invocation Invocation, Person Person, IReadOnlyDictionary<string, string> Options, MessageReference Message)
{
    public string? this[string option] => Options.GetValueOrDefault(option);
}

/// <summary>What the answering message shows.</summary>
internal abstract record Reply
{
    /// <summary>This card, for good.</summary>
    public sealed record Shown(Card Card) : Reply;

    /// <summary>A resource carries the message from here on; its watcher shows every state.</summary>
    public sealed record Live : Reply;

    public static implicit operator Reply(Card card) => new Shown(card);
}
