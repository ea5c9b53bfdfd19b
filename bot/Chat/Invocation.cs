namespace ChatOps.Bot.Chat;

/// <summary>Something a person typed or pressed, as a platform delivered it. Every text in it is hostile until parsed.</summary>
/// <param name="Id">Names this delivery: the same id twice is the same wish, delivered twice.</param>
/// <param name="Platform">The platform's name: <c>web</c>, <c>telegram</c>, <c>discord</c>.</param>
/// <param name="User">The platform's id of the person, never a display name.</param>
internal sealed record Invocation(string Id, string Platform, string User, string DisplayName, string Channel)
{
    /// <summary>Ids of the platform's own roles that the person holds, where those may count.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>A command line: <c>/deploy ghostwire 1.19.0</c>; of a press, the reason given for it.</summary>
    public string Text { get; init; } = "";

    /// <summary>The chat is not one that <c>chatops.yaml</c> declares: nobody has any right in it.</summary>
    public bool Undeclared { get; init; }
}
