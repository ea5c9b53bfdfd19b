namespace ChatOps.Bot.Chat;

/// <summary>
/// A chat message as data; each platform renders it. The verdict and the target are in the title, at most seven lines follow, numbers carry
/// units. All text is plain: a platform escapes it.
/// </summary>
internal sealed record Card(CardState State, string Title)
{
    /// <summary>Short lines under the title.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Label and value pairs, aligned where the platform can.</summary>
    public IReadOnlyList<CardField> Fields { get; init; } = [];

    public CardProgress? Progress { get; init; }

    public IReadOnlyList<Button> Buttons { get; init; } = [];

    /// <summary>The quiet last line: who asked, and when.</summary>
    public string? Footer { get; init; }

    /// <summary>Nothing more will happen to it without a person.</summary>
    public bool IsSettled => State != CardState.Working;

    public static Card Refusal(Values.Fault fault) =>
        new(CardState.Failed, fault.Message) { Lines = fault.Hint is null ? [] : [fault.Hint] };
}

/// <summary>What a thumb sees first.</summary>
internal enum CardState
{
    /// <summary>An answer to a question: neither good nor bad.</summary>
    Information,
    Working,

    /// <summary>Waits for a person's decision.</summary>
    Waiting,
    Succeeded,
    Warning,
    Failed,
}

internal sealed record CardField(string Name, string Value);

/// <param name="Fraction">0 to 1, or null when the whole is not known yet.</param>
/// <param name="Text">What is being done, how fast, how long still.</param>
internal sealed record CardProgress(double? Fraction, string Text);

/// <summary>
/// A button. Its action is either a command line, run as whoever presses it with that person's rights, or an opaque single-use id bound to
/// a change and its plan: a forged one gains nothing.
/// </summary>
/// <param name="AsksReason">Whoever presses it is asked why, where the platform can.</param>
internal sealed record Button(string Action, string Label, ButtonStyle Style = ButtonStyle.Plain, bool AsksReason = false);

internal enum ButtonStyle
{
    Plain,
    Primary,
    Danger,
}
