namespace ChatOps.Testing.Telegram;

/// <summary>What answerCallbackQuery showed to the person who pressed; without text only the spinner stops.</summary>
public sealed record TelegramAnswer(string? Text, bool Alert, string? Url);

/// <summary>A press of a button that waits for its answer (Bot API, CallbackQuery).</summary>
public sealed class TelegramPress
{
    private readonly TaskCompletionSource<TelegramAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TelegramPress(string queryId, TelegramChat chat, DateTimeOffset at) =>
        (QueryId, Chat, At, Before) = (queryId, chat, at, chat.Messages.Count);

    public string QueryId { get; }

    public TelegramChat Chat { get; }

    public DateTimeOffset At { get; }

    /// <summary>How many messages the chat had.</summary>
    internal int Before { get; }

    public bool Answered => _answer.Task.IsCompleted;

    /// <summary>Fails with <see cref="TimeoutException"/> when the bot leaves the person with a spinner; real time.</summary>
    public Task<TelegramAnswer> AnswerAsync(TimeSpan? timeout = null) =>
        _answer.Task.WaitAsync(timeout ?? TelegramSimulator.Patience, TimeProvider.System);

    internal bool TryAnswer(TelegramAnswer answer) => _answer.TrySetResult(answer);
}
