using System.Collections.Concurrent;
using System.Diagnostics;
using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Traces;
using ChatOps.Values;

namespace ChatOps.Bot.Dispatch;

/// <summary>
/// Takes what people do through a visible list of steps: know the person, parse, authorise, acknowledge, run, respond. Until it is
/// acknowledged nothing is asked of anybody else, so that takes no time. Nothing a person typed makes it throw.
/// </summary>
internal sealed class Dispatcher(
    ChatPlatforms platforms, LiveMessages live, CommandCatalog catalog, Completion completion, AccessRules access, ApprovalDesk desk,
    TimeProvider time, ILogger<Dispatcher> log)
    : IChatInbox
{
    private readonly RecentDeliveries _recent = new(time);
    private readonly ConcurrentDictionary<(string, string), TimeSpan> _strangers = new();
    private readonly SteadyClock _clock = new(time);

    public async Task CommandAsync(Invocation invocation, CancellationToken ct)
    {
        if (!_recent.IsFirst(invocation.Id)) return;
        var heard = _clock.Now;
        if (access.Find(invocation) is not { } person || invocation.Undeclared)
        {
            CommandMetrics.Ended(null, CommandOutcome.Stranger);
            if (MayAnswerStranger(invocation)) await SendAsync(invocation, Stranger(invocation), alone: true, ct);
            return;
        }
        var parsed = CommandLine.Parse(invocation.Text, catalog);
        var name = parsed.Succeeded ? parsed.Value.Command.Declaration.Name : null;
        using var span = new CommandSpan(invocation, name);
        if (Refusal(parsed, person) is { } refusal)
        {
            span.Ended(CommandOutcome.Refused);
            await SendAsync(invocation, Card.Refusal(refusal), alone: true, ct);
            return;
        }
        if (parsed.Succeeded) span.About(parsed.Value.Command.Declaration, parsed.Value.Options);
        // Acknowledged before anything can take time: people see within a second that it was heard.
        if (await SendAsync(invocation, new Card(CardState.Working, FirstWords(invocation.Text)), alone: false, ct) is not { } message)
        {
            span.Ended(CommandOutcome.Unanswered);
            return;
        }
        CommandMetrics.Acknowledged(name, _clock.Now - heard);
        var (reply, outcome) = await RunAsync(invocation, person, parsed, message, ct);
        span.Ended(outcome);
        if (reply is Reply.Shown(var card)) live.Show(message, card);
    }

    public async Task<string?> PressAsync(Invocation invocation, string action, CancellationToken ct)
    {
        if (!_recent.IsFirst(invocation.Id)) return null;
        if (access.Find(invocation) is not { } person || invocation.Undeclared) return Stranger(invocation).Title;
        if (action.StartsWith('/'))
        {
            await CommandAsync(invocation with { Id = $"{invocation.Id}/run", Text = action }, ct);
            return null;
        }
        try
        {
            if (desk.Find(action) is not var (change, deny)) return "That button no longer leads anywhere. Ask for it again.";
            if (!deny && access.Refusal(person, Permission.Approve, change.Spec.Target) is { } refusal) return refusal.ToString();
            return await DecideAsync(invocation, person, change, deny, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return FaultOf(e, invocation).ToString();
        }
    }

    /// <summary>A person's word on a change, as a part of the request that asked for the change.</summary>
    private async Task<string> DecideAsync(Invocation invocation, Person person, Change change, bool deny, CancellationToken ct)
    {
        using var span = Spans
            .Begin(deny ? "press deny" : "press approve", ActivityKind.Server, invocation.Id, TraceAnnotation.TraceOf(change))
            .SetTag("chatops.platform", invocation.Platform)
            .SetTag("chatops.target", change.Spec.Target)
            .SetTag("chatops.change", change.Spec.Number);
        var outcome = CommandOutcome.Failed;
        try
        {
            var reason = invocation.Text is { Length: > 0 } said ? said : null;
            var answer = await desk.DecideAsync(change.Metadata.Name, person, deny, reason, invocation.Id, ct);
            outcome = CommandOutcome.Done;
            return answer;
        }
        catch (FaultException)
        {
            outcome = CommandOutcome.Refused;
            throw;
        }
        finally
        {
            Spans.End(span, outcome.ToString().ToLowerInvariant(), failed: outcome == CommandOutcome.Failed);
        }
    }

    /// <summary>What speaks against it as far as can be told at once; an option that is missing can still be asked for.</summary>
    private Fault? Refusal(Outcome<(ICommand Command, IReadOnlyDictionary<string, string> Options)> parsed, Person person)
    {
        if (parsed.Fault is { } misfit) return misfit.Kind == CommandLine.Missing ? null : misfit;
        var (declaration, options) = (parsed.Value.Command.Declaration, parsed.Value.Options);
        if (declaration.Needs is not { } permission) return null;
        return access.Refusal(person, permission, null)
            ?? declaration.Options.Where(o => o.Kind == OptionKind.Target && options.ContainsKey(o.Name))
                .Select(o => TargetOption.Refusal(access, person, permission, options[o.Name])).FirstOrDefault(r => r is not null);
    }

    private async Task<(Reply Reply, CommandOutcome Outcome)> RunAsync(
        Invocation invocation, Person person, Outcome<(ICommand Command, IReadOnlyDictionary<string, string> Options)> parsed,
        MessageReference message, CancellationToken ct)
    {
        try
        {
            if (parsed.Fault is { } misfit)
            {
                var question = await QuestionAsync(invocation, person, misfit, ct);
                return (question ?? Card.Refusal(misfit), question is null ? CommandOutcome.Refused : CommandOutcome.Asked);
            }
            var (command, options) = parsed.Value;
            return (await command.RunAsync(new CommandCall(invocation, person, options, message), ct), CommandOutcome.Done);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (Card.Refusal(FaultOf(e, invocation)), e is FaultException ? CommandOutcome.Refused : CommandOutcome.Failed);
        }
    }

    /// <summary>A command that lacks an option whose values are known asks for it with a button for each.</summary>
    private async Task<Card?> QuestionAsync(Invocation invocation, Person person, Fault misfit, CancellationToken ct)
    {
        if (misfit.Kind != CommandLine.Missing) return null;
        var line = string.Join(' ', CommandLine.Words(invocation.Text)).Trim();
        var choices = await completion.SuggestAsync(person, line + " ", ct);
        return choices.Count == 0 ? null : new Card(CardState.Waiting, $"{line}: {misfit.Message.Split(": ")[^1]}")
        {
            Lines = ["Choose, or " + char.ToLowerInvariant(misfit.Hint![0]) + misfit.Hint[1..]],
            Buttons = [.. choices.Select(c => new Button(c.Text, c.Label))],
        };
    }

    /// <summary>
    /// The edge where broken worlds become sentences: expected refusals as they are, the unexpected logged once and named by id.
    /// </summary>
    private Fault FaultOf(Exception e, Invocation invocation)
    {
        switch (e)
        {
            case FaultException fault:
                return fault.Fault;
            case ApiException api:
                log.LogWarning("{Id}: {Cause}", invocation.Id, api.Message);
                return api.ToFault();
            default:
                log.LogError(e, "{Id}: a fault of ours", invocation.Id);
                return new Fault("Internal", "something in the bot is wrong; nothing was changed", $"The log has it under {invocation.Id}");
        }
    }

    private async Task<MessageReference?> SendAsync(Invocation invocation, Card card, bool alone, CancellationToken ct)
    {
        try
        {
            return await platforms.AnswerAsync(invocation, card, alone, ct);
        }
        catch (PlatformException e)
        {
            log.LogWarning("answer {Id} on {Platform}: {Cause}", invocation.Id, invocation.Platform, e.Message);
            return null;
        }
    }

    /// <summary>One line with their id, at most once an hour, so that a stranger can neither learn nor flood.</summary>
    private bool MayAnswerStranger(Invocation invocation)
    {
        var now = _clock.Now;
        var key = (invocation.Platform, invocation.Undeclared ? invocation.Channel : invocation.User);
        if (_strangers.TryGetValue(key, out var last) && now - last < TimeSpan.FromHours(1)) return false;
        if (_strangers.Count > 10_000) _strangers.Clear();
        _strangers[key] = now;
        return true;
    }

    private static Card Stranger(Invocation invocation) => new(CardState.Warning, invocation.Undeclared
        ? $"I do not serve this chat. Its id is {invocation.Channel.Replace("/", ", its topic ", StringComparison.Ordinal)}; "
            + "whoever keeps chatops.yaml can add it."
        : $"I do not know you. Your {invocation.Platform} id is {invocation.User}; whoever keeps chatops.yaml can add it.");

    private static string FirstWords(string text)
    {
        var line = new string([.. text.Where(c => !char.IsControl(c)).Take(80)]);
        return line.Length == 0 ? "…" : line;
    }
}

/// <summary>Remembers which deliveries were handled, for long enough to catch a platform's repeats.</summary>
internal sealed class RecentDeliveries(TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = [];
    private readonly Queue<(string Id, TimeSpan At)> _order = new();
    private readonly SteadyClock _clock = new(time);

    public bool IsFirst(string id)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            while (_order.TryPeek(out var oldest) && now - oldest.At > Remembered) _ids.Remove(_order.Dequeue().Id);
            if (!_ids.Add(id)) return false;
            _order.Enqueue((id, now));
            return true;
        }
    }
}
