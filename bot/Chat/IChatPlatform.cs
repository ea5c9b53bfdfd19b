using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>
/// A place where people talk to the bot. Sending and editing throw <see cref="PlatformException"/> when the platform cannot do it now or
/// ever; an edit to what is already shown is success. Implementations obey the platform's own rate limits.
/// </summary>
internal interface IChatPlatform
{
    string Name { get; }

    /// <summary>How often one message may be edited; a live message waits at least this long between two states.</summary>
    TimeSpan EditInterval { get; }

    /// <summary>True when messages do not outlive the bot: they are shown again from the resources after a start.</summary>
    bool Forgets { get; }

    /// <summary>Completes, and never fails, once people could reach the bot here for the first time.</summary>
    Task Connected => Task.CompletedTask;

    /// <summary>Receives until cancelled, handing each delivery to the inbox. Reconnects by itself.</summary>
    Task RunAsync(IChatInbox inbox, CancellationToken ct);

    Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct);

    /// <summary>The first answer to a delivery; the same as sending to its channel, unless the platform knows answers of its own.</summary>
    /// <param name="alone">Whether it concerns nobody but the person, as a refusal does;
    /// a platform that can shows it to them alone.</param>
    Task<MessageReference> AnswerAsync(Invocation invocation, Card card, bool alone, CancellationToken ct) =>
        SendAsync(invocation.Channel, card, ct);

    /// <summary>Replaces what a message shows. On a platform that forgets, an unknown message is made.</summary>
    /// <param name="settled">Whether a last state waits, which goes before progress.</param>
    /// <param name="newest">The card to show; asked for at most once, and only when the platform takes an edit.</param>
    Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct);
}

/// <summary>Where a platform hands what people do; never throws for what they typed.</summary>
internal interface IChatInbox
{
    /// <summary>A command line. The answer arrives through the platform's own Send and Edit.</summary>
    Task CommandAsync(Invocation invocation, CancellationToken ct);

    /// <summary>A pressed button; the text, if any, is for that person alone.</summary>
    Task<string?> PressAsync(Invocation invocation, string action, CancellationToken ct);
}

/// <summary>A platform refused a message.</summary>
/// <param name="retry">Whether the same call may succeed later.</param>
internal sealed class PlatformException(string message, bool retry, Exception? cause = null) : Exception(message, cause)
{
    public bool Retry { get; } = retry;
}
