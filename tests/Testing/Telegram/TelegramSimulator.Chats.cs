using System.Text.Json.Nodes;
using ChatOps.Testing.Telegram.Server;

namespace ChatOps.Testing.Telegram;

/// <summary>What happens to chats: made, joined, left, blocked, given topics, upgraded.</summary>
public sealed partial class TelegramSimulator
{
    /// <summary>A person opens a chat with the bot, which may write to them from then on.</summary>
    public TelegramChat OpenPrivateChat(TelegramPerson person) => Locked(() => _world.AddPrivate(person));

    /// <summary>A group the bot is in already; the first person made it.</summary>
    public TelegramChat AddGroup(string title, params TelegramPerson[] people) => Locked(() => _world.AddGroup(title, people));

    public TelegramChat AddSupergroup(string title, params TelegramPerson[] people) =>
        Locked(() => _world.AddSupergroup(title, forum: false, null, people));

    /// <summary>A supergroup with topics, and perhaps a public name.</summary>
    public TelegramChat AddForum(string title, string? username, params TelegramPerson[] people) =>
        Locked(() => _world.AddSupergroup(title, forum: true, username, people));

    /// <summary>The thread's id is the id of the service message forum_topic_created.</summary>
    public TelegramTopic AddTopic(TelegramChat chat, TelegramPerson by, string name) => Locked(() =>
    {
        if (!chat.IsForum) throw new InvalidOperationException($"{chat} has no topics");
        var id = _world.NextMessageId(chat);
        var topic = new TelegramTopic(id, name);
        chat.Topics = chat.Topics.Add(topic);
        Serve(chat, by, "forum_topic_created", new JsonObject { ["name"] = name, ["icon_color"] = 7322096 }, id, id);
        return topic;
    });

    public void CloseTopic(TelegramChat chat, TelegramPerson by, TelegramTopic topic)
    {
        lock (_world.Gate)
        {
            chat.Topics = chat.Topics.Replace(topic, topic with { Closed = true });
            Serve(chat, by, "forum_topic_closed", new JsonObject(), null, topic.ThreadId);
        }
    }

    /// <summary>Its messages go with it.</summary>
    public void DeleteTopic(TelegramChat chat, TelegramTopic topic)
    {
        lock (_world.Gate)
        {
            chat.Topics = chat.Topics.RemoveAll(t => t.ThreadId == topic.ThreadId);
            foreach (var message in chat.Messages.Where(m => m.ThreadId == topic.ThreadId)) message.Deleted = true;
        }
    }

    public void Join(TelegramPerson person, TelegramChat chat)
    {
        lock (_world.Gate)
        {
            chat.Members = chat.Members.Add(person);
            Serve(chat, person, "new_chat_members", new JsonArray(Wire.User(person)));
        }
    }

    /// <summary>The person blocks the bot: my_chat_member, and 403 for what the bot says.</summary>
    public void BlockBot(TelegramPerson person) => Stand(_world.AddPrivate(person), person, BotStanding.Kicked);

    public void UnblockBot(TelegramPerson person) => Stand(_world.AddPrivate(person), person, BotStanding.Member);

    public void KickBot(TelegramChat chat, TelegramPerson by)
    {
        lock (_world.Gate)
        {
            Serve(chat, by, "left_chat_member", _world.Me());
            Stand(chat, by, BotStanding.Kicked);
        }
    }

    public void AddBot(TelegramChat chat, TelegramPerson by)
    {
        lock (_world.Gate)
        {
            Stand(chat, by, BotStanding.Member);
            Serve(chat, by, "new_chat_members", new JsonArray(_world.Me()));
        }
    }

    public void PromoteBot(TelegramChat chat, TelegramPerson by) => Stand(chat, by, BotStanding.Administrator);

    /// <summary>The group is a supergroup with another id from now on, and the old id refuses with migrate_to_chat_id.</summary>
    public TelegramChat MigrateToSupergroup(TelegramChat group, TelegramPerson by) => Locked(() =>
    {
        if (group.Type != "group" || group.MigratedTo is not null) throw new InvalidOperationException($"{group} cannot be upgraded");
        var heir = _world.AddSupergroup(group.Title, forum: false, null, group.Members);
        Serve(group, by, "migrate_to_chat_id", heir.Id);
        Serve(heir, by, "migrate_from_chat_id", group.Id);
        group.MigratedTo = heir;
        return heir;
    });

    private void Stand(TelegramChat chat, TelegramPerson by, BotStanding standing)
    {
        lock (_world.Gate)
        {
            var before = chat.Bot;
            chat.Bot = standing;
            _world.Updates.Add("my_chat_member", new JsonObject
            {
                ["chat"] = Wire.Chat(chat),
                ["from"] = Wire.User(by),
                ["date"] = _world.Time.GetUtcNow().ToUnixTimeSeconds(),
                ["old_chat_member"] = Wire.Bot(_world, before),
                ["new_chat_member"] = Wire.Bot(_world, standing),
            });
        }
    }

    /// <summary>A service message ("Available types", Message): bots hear all of them.</summary>
    private void Serve(TelegramChat chat, TelegramPerson by, string field, JsonNode value, long? id = null, long? thread = null) =>
        Heard("message", _world.Post(new(chat, id ?? _world.NextMessageId(chat), _world.Version(""))
        {
            From = by,
            ThreadId = thread,
            Service = new JsonObject { [field] = value },
        }));
}
