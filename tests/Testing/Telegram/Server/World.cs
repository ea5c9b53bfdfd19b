using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Everything Telegram remembers: people, chats, messages, files, updates. What changes it holds <see cref="Gate"/>.</summary>
internal sealed class World
{
    private readonly Dictionary<long, TelegramChat> _chats = [];
    private readonly Dictionary<long, TelegramPerson> _people = [];
    private long _nextPerson = 5_000_000_000;
    private long _nextGroup = 4_000_001;
    private long _nextSupergroup = 1_002_000_000_001;
    private long _nextMessage;
    private long _nextFile = 100_000;

    public World(TelegramSimulatorOptions options)
    {
        Options = options;
        Flood = new(options.Limits, options.Time);
        Updates = new(options.Time, Pulse, Gate);
        BotId = long.Parse(options.Token.Split(':')[0], CultureInfo.InvariantCulture);
    }

    public Lock Gate { get; } = new();

    public Pulse Pulse { get; } = new();

    public TelegramSimulatorOptions Options { get; }

    public TimeProvider Time => Options.Time;

    public long BotId { get; }

    public FloodControl Flood { get; }

    public UpdateQueue Updates { get; }

    public CommandMenus Menus { get; } = new();

    public Webhook? Webhook { get; set; }

    public Dictionary<string, TelegramDocument> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TelegramPress> Presses { get; } = new(StringComparer.Ordinal);

    public ImmutableList<TelegramCall> Calls { get; set; } = [];

    public ImmutableList<(TelegramChat Chat, string Action)> Actions { get; set; } = [];

    public TelegramPerson AddPerson(string firstName, string? username, string? language)
    {
        var person = new TelegramPerson(_nextPerson += 7, firstName, username, language);
        return _people[person.Id] = person;
    }

    public TelegramPerson? Person(long id) => _people.GetValueOrDefault(id);

    public TelegramChat? Chat(long id) => _chats.GetValueOrDefault(id);

    public TelegramChat? ChatNamed(string username) =>
        _chats.Values.FirstOrDefault(c => username.Equals($"@{c.Username}", StringComparison.OrdinalIgnoreCase));

    public TelegramChat AddPrivate(TelegramPerson person) =>
        _chats.TryGetValue(person.Id, out var chat) ? chat : Add(new(person.Id, "private", person.FirstName) { Members = [person] });

    public TelegramChat AddGroup(string title, IEnumerable<TelegramPerson> members) =>
        Add(new(-_nextGroup++, "group", title) { Members = [.. members] });

    public TelegramChat AddSupergroup(string title, bool forum, string? username, IEnumerable<TelegramPerson> members) =>
        Add(new(-_nextSupergroup++, "supergroup", title) { IsForum = forum, Username = username, Members = [.. members] });

    /// <summary>Message ids are the bot's own in private chats and groups, and a supergroup's own in it.</summary>
    public long NextMessageId(TelegramChat chat) => chat.Type == "supergroup" ? ++chat.NextMessageId : ++_nextMessage;

    public TelegramMessage Post(TelegramMessage message)
    {
        message.Chat.Messages = message.Chat.Messages.Add(message);
        Pulse.Beat();
        return message;
    }

    public static TelegramMessage? Message(TelegramChat chat, long? id) => chat.Messages.Find(m => m.Id == id && !m.Deleted);

    public TelegramMessageVersion Version(string text) => Version(RichText.Typed(text), []);

    public TelegramMessageVersion Version(
        (string Text, ImmutableArray<TelegramEntity> Entities) rich, ImmutableArray<ImmutableArray<TelegramButton>> keyboard) =>
        new(rich.Text, rich.Entities, keyboard, Time.GetUtcNow());

    public TelegramDocument Keep(string name, string? type, ReadOnlyMemory<byte> bytes)
    {
        var document = new TelegramDocument($"BQACAgIAAxkDAAIB{_nextFile++}", name, type, bytes);
        return Files[document.FileId] = document;
    }

    /// <summary>The same file sent again, under the name it had.</summary>
    public TelegramDocument? File(string fileId) => Files.GetValueOrDefault(fileId);

    public void Record(TelegramCall call)
    {
        lock (Gate) Calls = Calls.Add(call);
        Pulse.Beat();
    }

    public JsonObject Me() => new()
    {
        ["id"] = BotId,
        ["is_bot"] = true,
        ["first_name"] = "ChatOps",
        ["username"] = Options.BotUsername,
    };

    private TelegramChat Add(TelegramChat chat) => _chats[chat.Id] = chat;
}
