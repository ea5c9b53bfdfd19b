using System.Collections.Concurrent;
using System.Globalization;
using ChatOps.Bot.Chat;
using ChatOps.Resources;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Telegram as a chat: cards as messages with buttons, edited in place. Sending goes on until Telegram takes the message or says that it
/// never will; an edit that shows nothing new is not sent at all.
/// </summary>
/// <remarks>Source: Telegram Bot API, "sendMessage", "editMessageText", "ResponseParameters".</remarks>
internal sealed class TelegramPlatform(
    BotApi api, Pacer pacer, UpdateSource source, UpdateHandler handler, ButtonData buttons,
    TimeProvider time, ILogger<TelegramPlatform> log) : IChatPlatform
{
    private const int MostRemembered = 5000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);
    private readonly ConcurrentDictionary<MessageReference, string> _shown = new();

    /// <summary>Groups that have become supergroups since their id was written down.</summary>
    private readonly ConcurrentDictionary<long, long> _moved = new();

    public string Name => "telegram";

    public TimeSpan EditInterval => TimeSpan.FromSeconds(1);

    public bool Forgets => false;

    public Task Connected => source.Connected;

    public Task RunAsync(IChatInbox inbox, CancellationToken ct) =>
        source.RunAsync((update, stopping) => handler.HandleAsync(inbox, this, update, stopping), ct);

    public async Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct)
    {
        var place = PlaceOf(channel);
        var text = CardHtml.Render(card, buttons);
        var sent = await InsistAsync(place, p => api.SendMessageAsync(p, text, ct), ct);
        if (text.Rest is not null) await InsistAsync(place, p => DocumentAsync(p, text.Rest, ct), ct);
        var reference = new MessageReference(Name, channel, sent.MessageId.ToString(CultureInfo.InvariantCulture));
        Remember(reference, text);
        return reference;
    }

    public async Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct)
    {
        Card card;
        MessageText text;
        bool there;
        var place = Moved(PlaceOf(message.Channel));
        using (await pacer.TurnAsync(place.Chat, settled, ct))
        {
            card = newest();
            text = CardHtml.Render(card, buttons);
            if (_shown.TryGetValue(message, out var shown) && shown == Fingerprint(text)) return;
            there = await EditedAsync(place, message, text, ct);
        }
        if (!there && card.IsSettled && !_shown.ContainsKey(Ended(message)))
        {
            // How it ended is still told.
            await SendAsync(message.Channel, card, ct);
            Remember(Ended(message), text);
        }
        else if (there && card.IsSettled && text.Rest is not null)
        {
            await InsistAsync(place, p => DocumentAsync(p, text.Rest, ct), ct);
        }
        Remember(message, text);
    }

    /// <summary>False when the message was deleted, or is older than may be edited.</summary>
    private async Task<bool> EditedAsync(ChatPlace place, MessageReference message, MessageText text, CancellationToken ct)
    {
        try
        {
            await api.EditMessageAsync(place, long.Parse(message.Id, CultureInfo.InvariantCulture), text, ct);
            return true;
        }
        catch (BotApiException e) when (e.Says("message is not modified"))
        {
            // It shows this already: an earlier edit arrived though its answer did not.
            return true;
        }
        catch (BotApiException e) when (e.Code == 400 && (e.Says("message to edit not found") || e.Says("message can't be edited")))
        {
            return false;
        }
        catch (BotApiException e)
        {
            throw Refusal(e, place);
        }
    }

    private async Task<SentMessage> DocumentAsync(ChatPlace place, string text, CancellationToken ct)
    {
        await api.SendDocumentAsync(place, "whole.txt", text, ct);
        return new SentMessage();
    }

    /// <summary>Until it is taken or refused for good: an answer that could not be sent for minutes is still an answer.</summary>
    private async Task<SentMessage> InsistAsync(ChatPlace place, Func<ChatPlace, Task<SentMessage>> send, CancellationToken ct)
    {
        for (var failures = 0; ; failures++)
        {
            var now = Moved(place);
            try
            {
                using var turn = await pacer.TurnAsync(now.Chat, urgent: true, ct);
                return await send(now);
            }
            catch (BotApiException e) when (e.Says("message thread not found") && place.Topic is not null)
            {
                // The topic was deleted: the answer goes to the chat it was in.
                place = place with { Topic = null };
            }
            catch (BotApiException e)
            {
                var refusal = Refusal(e, now);
                if (!refusal.Retry) throw refusal;
                if (failures == 0) log.LogWarning("send to {Chat}: {Cause}; trying on", now.Chat, e.Message);
                if (e.Code != 429 && e.MovedTo is null) await Task.Delay(Pause(failures), time, ct);
            }
        }
    }

    /// <summary>What a refusal means, with its consequences for the chat drawn.</summary>
    private PlatformException Refusal(BotApiException e, ChatPlace place)
    {
        if (e.MovedTo is { } to) _moved[place.Chat] = to;
        if (e.Code == 429) pacer.Hush(place.Chat, e.RetryAfter ?? TimeSpan.FromSeconds(5));
        return new PlatformException(e.Message, e.IsTransient || e.MovedTo is not null, e);
    }

    private ChatPlace Moved(ChatPlace place) => _moved.TryGetValue(place.Chat, out var to) ? place with { Chat = to } : place;

    private void Remember(MessageReference message, MessageText text)
    {
        if (_shown.Count >= MostRemembered) _shown.Clear();
        _shown[message] = Fingerprint(text);
    }

    private static string Fingerprint(MessageText text) => text.Html + text.Keyboard.ToJsonString();

    private static MessageReference Ended(MessageReference message) => message with { Id = message.Id + "/ended" };

    private static ChatPlace PlaceOf(string channel) =>
        ChatPlace.Parse(channel) ?? throw new PlatformException($"'{channel}' is no chat of Telegram", retry: false);

    private static TimeSpan Pause(int failures) => TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, 0.25 * Math.Pow(2, failures)));
}
