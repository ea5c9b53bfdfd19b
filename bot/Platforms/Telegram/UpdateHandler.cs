using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>Turns an update into what a person did: a command line or a press. Never throws for what is in it.</summary>
/// <remarks>Source: Telegram Bot API, "Update", "CallbackQuery", "answerCallbackQuery"; Bots: "Privacy mode", "Commands".</remarks>
internal sealed class UpdateHandler(
    BotApi api, BotSettings settings, ButtonData buttons, Identity identity, TimeProvider time, ILogger<UpdateHandler> log)
{
    /// <summary>A button spins until its press is answered; nobody waits longer than this for that.</summary>
    private static readonly TimeSpan AnswerPressWithin = TimeSpan.FromSeconds(0.8);

    /// <summary>Longer than that Telegram takes no answer to a press, and nobody looks for one.</summary>
    private static readonly TimeSpan AnswerableFor = TimeSpan.FromSeconds(15);

    private readonly SecondPress _second = new(time);

    public async Task HandleAsync(IChatInbox inbox, IChatPlatform platform, Update update, CancellationToken ct)
    {
        try
        {
            if (update.Message is { } message) await TypedAsync(inbox, update.UpdateId, message, ct);
            else if (update.CallbackQuery is { } query) await PressedAsync(inbox, platform, query, ct);
            else if (update.MyChatMember is { NewChatMember.Status: "kicked" or "left" } gone)
                log.LogWarning("removed from chat {Chat}", gone.Chat.Id);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "update {Id}: a fault of ours", update.UpdateId);
        }
    }

    private async Task TypedAsync(IChatInbox inbox, long update, IncomingMessage message, CancellationToken ct)
    {
        if (message.Text is not { Length: > 0 } text || message.From is null) return;
        var command = text.TrimStart().StartsWith('/');
        // In a group other people's talk is none of the bot's business, nor are other bots' commands.
        if (!message.Place.IsPrivate && !command) return;
        if (command && AddressedTo(text) is { } other && !other.Equals(identity.Username, StringComparison.OrdinalIgnoreCase)) return;
        await inbox.CommandAsync(
            From(string.Create(CultureInfo.InvariantCulture, $"telegram:{update}"), message.From, message) with { Text = text }, ct);
    }

    private async Task PressedAsync(IChatInbox inbox, IChatPlatform platform, CallbackQuery query, CancellationToken ct)
    {
        if (query.Message is not { } message || query.Data is not { } data || buttons.Read(data) is not var (action, asks))
        {
            await AnswerAsync(query, "That button is too old. Type the command instead.", ct);
            return;
        }
        if (asks != Asks.Nothing && !_second.Is($"{query.From.Id}", $"{message.Place}/{message.MessageId}", data))
        {
            await AnswerAsync(query, SecondPress.Please, ct);
            return;
        }
        var invocation = From($"telegram:press:{query.Id}", query.From, message);
        var press = inbox.PressAsync(invocation, action, ct);
        await ((Task)press).WaitAsync(AnswerPressWithin, time, ct).Settled();
        var inTime = press.IsCompleted;
        await AnswerAsync(query, inTime ? await press : null, ct);
        if (!inTime && await press is { } late) await SayAsync(platform, message.Place, late, ct);
    }

    private async Task AnswerAsync(CallbackQuery query, string? text, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        for (var wait = 0.25; ; wait *= 2)
        {
            try
            {
                await api.AnswerPressAsync(query.Id, text is { Length: > 200 } ? text[..199] + "…" : text, ct);
                return;
            }
            catch (BotApiException e) when (!e.IsTransient || time.GetElapsedTime(began) > AnswerableFor)
            {
                // Too old, or Telegram is away: the press itself has counted, and the card shows it.
                log.LogInformation("answer a press: {Cause}", e.Message);
                return;
            }
            catch (BotApiException e)
            {
                await Task.Delay(e.RetryAfter ?? TimeSpan.FromSeconds(wait), time, ct);
            }
        }
    }

    /// <summary>What came too late for the button.</summary>
    private async Task SayAsync(IChatPlatform platform, ChatPlace place, string text, CancellationToken ct)
    {
        try
        {
            await platform.SendAsync(place.ToString(), new Card(CardState.Information, text), ct);
        }
        catch (PlatformException e)
        {
            log.LogInformation("tell of a press: {Cause}", e.Message);
        }
    }

    private Invocation From(string id, TelegramUser user, IncomingMessage message)
    {
        // Written in the name of a group or a channel, it could be anybody there.
        var account = message.SenderChat is null ? user.Id.ToString(CultureInfo.InvariantCulture) : "anonymous";
        return new Invocation(id, "telegram", account, VisibleText.Of(user.Username ?? user.FirstName ?? account), message.Place.ToString())
        {
            // In a chat that was not declared nobody has any right, whoever they are.
            Undeclared = !message.Place.IsPrivate && settings.Telegram.ChatFor(message.Place) is null,
        };
    }

    /// <summary>The bot that <c>/status@name</c> is for; null when it names none.</summary>
    private static string? AddressedTo(string text)
    {
        var word = text.TrimStart().Split([' ', '\n', '\t', '\r'], 2)[0];
        var at = word.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? null : word[(at + 1)..];
    }
}

/// <summary>Who the bot is on Telegram, known once it has asked.</summary>
internal sealed class Identity
{
    public string Username { get; set; } = "";
}
