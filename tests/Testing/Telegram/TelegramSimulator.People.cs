using System.Text.Json.Nodes;
using ChatOps.Testing.Telegram.Server;

namespace ChatOps.Testing.Telegram;

/// <summary>What people do: say, edit, delete, send files, press buttons.</summary>
public sealed partial class TelegramSimulator
{
    private const string Information = "ℹ ";

    public TelegramPerson AddPerson(string firstName, string? username = null, string? language = null) =>
        Locked(() => _world.AddPerson(firstName, username, language));

    /// <summary>Says something. The bot hears of it when privacy mode lets it (bots/features, "Privacy mode").</summary>
    public TelegramMessage Say(
        TelegramPerson person, TelegramChat chat, string text, TelegramTopic? topic = null, TelegramMessage? replyTo = null) => Locked(() =>
        Heard("message", _world.Post(new(chat, _world.NextMessageId(chat), _world.Version(text))
        {
            From = Present(person, chat),
            ThreadId = topic?.ThreadId ?? replyTo?.ThreadId,
            ReplyTo = replyTo,
        })));

    public TelegramMessage SendDocument(
        TelegramPerson person, TelegramChat chat, string name, ReadOnlyMemory<byte> bytes, string caption = "",
        TelegramTopic? topic = null) =>
        Locked(() => Heard("message", _world.Post(new(chat, _world.NextMessageId(chat), _world.Version(caption))
        {
            From = Present(person, chat),
            ThreadId = topic?.ThreadId,
            Document = _world.Keep(name, null, bytes),
        })));

    /// <summary>A person changes what they said: edited_message.</summary>
    public void Edit(TelegramMessage message, string text)
    {
        lock (_world.Gate)
        {
            if (message.From is null) throw new InvalidOperationException("people edit only what they said");
            message.Versions = message.Versions.Add(_world.Version(text));
            Heard("edited_message", message);
        }
        _world.Pulse.Beat();
    }

    /// <summary>Someone deletes a message, anybody's. Telegram tells bots nothing.</summary>
    public void Delete(TelegramMessage message)
    {
        lock (_world.Gate) message.Deleted = true;
        _world.Pulse.Beat();
    }

    /// <summary>Presses a button that is there now, named by its label or its data.</summary>
    public TelegramPress Press(TelegramPerson person, TelegramMessage message, string labelOrData)
    {
        if (message.Deleted) throw new InvalidOperationException("the message is deleted: there is nothing to press");
        var button = message.Buttons.FirstOrDefault(b => b.Text == labelOrData)
            ?? message.Buttons.FirstOrDefault(b => b.Data == labelOrData)
            ?? throw new InvalidOperationException($"no {labelOrData}, but {string.Join(", ", message.Buttons.Select(b => b.Text))}");
        var data = button.Data ?? throw new InvalidOperationException($"{labelOrData} sends nothing to the bot");
        return PressForged(person, message, data);
    }

    /// <summary>Sends any data as if a button had it: an old keyboard, or a client that is not Telegram's.</summary>
    public TelegramPress PressForged(TelegramPerson person, TelegramMessage message, string data)
    {
        lock (_world.Gate)
        {
            var id = $"{person.Id % 1_000_000_000}{_world.Presses.Count + 1:D9}";
            var press = _world.Presses[id] = new TelegramPress(id, message.Chat, _world.Time.GetUtcNow());
            _world.Updates.Add("callback_query", new JsonObject
            {
                ["id"] = id,
                ["from"] = Wire.User(person),
                ["message"] = Wire.Message(_world, message),
                ["chat_instance"] = $"{message.Chat.Id * 31 % 1_000_000_007}",
                ["data"] = data,
            });
            return press;
        }
    }

    /// <summary>
    /// What the bot says to a press that it has words for: in its answer, or, where it took longer than a button may spin, in a message of
    /// its own, which the person who has read it takes away.
    /// </summary>
    public async Task<string> SaidAsync(TelegramPress press)
    {
        if ((await press.AnswerAsync()).Text is { } inTime) return inTime;
        var late = await MessageAsync(press.Chat, m =>
            press.Chat.Messages.IndexOf(m) >= press.Before && m.Text.StartsWith(Information, StringComparison.Ordinal));
        late.Deleted = true;
        return late.Text[Information.Length..];
    }

    /// <summary>Delivers an update once more, confirmed or not, as Telegram sometimes does.</summary>
    public void Resend(TelegramUpdate update)
    {
        lock (_world.Gate) _world.Updates.Again(update);
    }

    private TelegramMessage Heard(string type, TelegramMessage message)
    {
        var heard = message.Chat.Bot is BotStanding.Member or BotStanding.Administrator && Privacy.Lets(_world, message);
        if (heard) _world.Updates.Add(type, Wire.Message(_world, message));
        return message;
    }

    private static TelegramPerson Present(TelegramPerson person, TelegramChat chat)
    {
        if (chat.MigratedTo is not null) throw new InvalidOperationException($"{chat} is a supergroup now");
        return chat.Members.Contains(person) ? person : throw new InvalidOperationException($"{person.FirstName} is not in {chat}");
    }
}
