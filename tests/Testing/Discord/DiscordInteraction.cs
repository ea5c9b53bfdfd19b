using System.Collections.Immutable;

namespace ChatOps.Testing.Discord;

/// <summary>Something a person did that waits for the bot ("Receiving and Responding", Interaction Structure).</summary>
public sealed class DiscordInteraction
{
    private readonly Pulse _pulse;

    internal DiscordInteraction(Pulse pulse, ulong id, DiscordInteractionType type, DiscordPerson person, DiscordChannel channel) =>
        (_pulse, Id, Type, Person, Channel) = (pulse, id, type, person, channel);

    public ulong Id { get; }

    public DiscordInteractionType Type { get; }

    public DiscordPerson Person { get; }

    public DiscordChannel Channel { get; }

    public required DateTimeOffset At { get; init; }

    public string Token => $"interaction-token-{Id}";

    /// <summary>The message a button hung under.</summary>
    public DiscordMessage? Message { get; internal init; }

    public DateTimeOffset? AcknowledgedAt { get; internal set; }

    /// <summary>The interaction callback type, such as 5 for a deferred answer; null until the bot answers.</summary>
    public int? Callback { get; internal set; }

    public bool Deferred => Callback is 5 or 6;

    /// <summary>Its first answer was for the person alone.</summary>
    public bool Ephemeral { get; internal set; }

    /// <summary>The message of the first answer, or the one a button hung under when that was edited.</summary>
    public DiscordMessage? Original { get; internal set; }

    public ImmutableList<DiscordMessage> FollowUps { get; internal set; } = [];

    public DiscordModal? Modal { get; internal set; }

    public ImmutableArray<DiscordChoice>? Choices { get; internal set; }

    /// <summary>What the person reads when the bot did not answer in time.</summary>
    public string? Failure { get; internal set; }

    /// <summary>The event as it was sent.</summary>
    public string Json { get; internal set; } = "";

    internal ITimer? Deadline { get; set; }

    /// <summary>The first answer of any kind; fails when the person is told that there was none.</summary>
    public async Task<DiscordInteraction> AcknowledgedAsync(TimeSpan? timeout = null)
    {
        await UntilAsync(() => Callback is not null || Failure is not null, timeout);
        return Failure is null ? this : throw new InvalidOperationException(Failure);
    }

    /// <summary>The first answer once it is more than "thinking…" and answers to the condition.</summary>
    public async Task<DiscordMessage> AnswerAsync(Func<DiscordMessage, bool>? condition = null, TimeSpan? timeout = null)
    {
        await AcknowledgedAsync(timeout);
        await UntilAsync(() => Original is { Thinking: false } answer && (condition?.Invoke(answer) ?? true), timeout);
        return Original!;
    }

    /// <summary>
    /// What the bot says to a press that it has words for: in its answer, or, where it put that off, in what follows for the person alone.
    /// </summary>
    public async Task<string> SaidAsync(TimeSpan? timeout = null)
    {
        await AcknowledgedAsync(timeout);
        return (Callback == 6 ? await FollowUpAsync(timeout: timeout) : await AnswerAsync(timeout: timeout)).Content;
    }

    public async Task<DiscordMessage> FollowUpAsync(Func<DiscordMessage, bool>? condition = null, TimeSpan? timeout = null)
    {
        DiscordMessage? found = null;
        await UntilAsync(() => (found = FollowUps.Find(m => condition?.Invoke(m) ?? true)) is not null, timeout);
        return found!;
    }

    public async Task<DiscordModal> ModalAsync(TimeSpan? timeout = null) =>
        (await AcknowledgedAsync(timeout)).Modal ?? throw new InvalidOperationException($"the bot answered by {Callback}, not by a modal");

    private Task UntilAsync(Func<bool> condition, TimeSpan? timeout) =>
        _pulse.UntilAsync(condition, timeout ?? DiscordSimulator.Patience, () => new($"Discord did not see it; so far: {this}"));

    public override string ToString() =>
        $"{Type} by {Person.Username}: callback {Callback}, {Failure ?? Original?.ToString() ?? "nothing"}";
}

public enum DiscordInteractionType
{
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    ModalSubmit = 5,
}

/// <summary>A suggestion for an option.</summary>
public sealed record DiscordChoice(string Name, object Value);
