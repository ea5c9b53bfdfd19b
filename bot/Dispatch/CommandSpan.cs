using System.Diagnostics;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;
using ChatOps.Traces;

namespace ChatOps.Bot.Dispatch;

/// <summary>
/// One command from the message to the answer. It says what came of it and on what, and never who typed it, nor anything that was typed but
/// the name of a command there is and of a target the person may see.
/// </summary>
internal sealed class CommandSpan : IDisposable
{
    private readonly Activity _span;
    private readonly string? _command;

    /// <param name="command">Null when it is none.</param>
    public CommandSpan(Invocation invocation, string? command)
    {
        _command = command;
        _span = Spans.Begin($"command {command ?? "none"}", ActivityKind.Server, invocation.Id)
            .SetTag("chatops.platform", invocation.Platform);
    }

    /// <summary>Called only once it is known that the person may do this.</summary>
    public void About(CommandDeclaration declaration, IReadOnlyDictionary<string, string> options)
    {
        if (declaration.Needs is null) return;
        foreach (var option in declaration.Options.Where(o => o.Kind == OptionKind.Target))
            if (options.TryGetValue(option.Name, out var target)) _span.SetTag("chatops.target", target);
    }

    public void Ended(CommandOutcome outcome)
    {
        CommandMetrics.Ended(_command, outcome);
        Spans.End(_span, outcome.ToString().ToLowerInvariant(), failed: outcome is CommandOutcome.Failed or CommandOutcome.Unanswered);
    }

    public void Dispose() => _span.Dispose();
}
