using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Everything Discord remembers: people, guilds, messages, commands. What changes it holds <see cref="Gate"/>.</summary>
internal sealed class World
{
    private readonly Dictionary<ulong, DiscordChannel> _channels = [];

    public World(DiscordSimulatorOptions options)
    {
        Options = options;
        Ids = new(options.Time);
        BotId = Ids.Next();
        Rates = new(options.Limits, options.Time, Violate);
        Sessions = new(this);
    }

    public Lock Gate { get; } = new();

    public Pulse Pulse { get; } = new();

    public DiscordSimulatorOptions Options { get; }

    public TimeProvider Time => Options.Time;

    public Snowflakes Ids { get; }

    /// <summary>Of the bot's user and of its application, as with every newer bot.</summary>
    public ulong BotId { get; }

    public RateLimits Rates { get; }

    public SessionBook Sessions { get; }

    public CommandBook Commands { get; } = new();

    public Uri Url { get; set; } = null!;

    public Dictionary<ulong, DiscordPerson> People { get; } = [];

    public ImmutableList<DiscordGuild> Guilds { get; set; } = [];

    public Dictionary<ulong, DiscordInteraction> Interactions { get; } = [];

    public ImmutableList<DiscordCall> Calls { get; private set; } = [];

    public ImmutableList<string> Violations { get; private set; } = [];

    public DiscordPerson AddPerson(string username, string? globalName)
    {
        var person = new DiscordPerson(Ids.Next(), username, globalName ?? username);
        return People[person.Id] = person;
    }

    public DiscordGuild? Guild(ulong id) => Guilds.Find(g => g.Id == id);

    public DiscordChannel? Channel(ulong id) => _channels.GetValueOrDefault(id);

    public DiscordChannel Add(DiscordChannel channel)
    {
        if (channel.Guild is { } guild) guild.Channels = guild.Channels.Add(channel);
        return _channels[channel.Id] = channel;
    }

    public DiscordChannel DirectMessage(DiscordPerson person) =>
        _channels.Values.FirstOrDefault(c => c.Person == person) ?? Add(new(Ids.Next(), person.Username, null) { Person = person });

    public DiscordMessage Post(DiscordMessage message)
    {
        if (!message.Ephemeral) message.Channel.Messages = message.Channel.Messages.Add(message);
        Pulse.Beat();
        return message;
    }

    /// <summary>Ephemeral messages too.</summary>
    public IEnumerable<DiscordMessage> Sent(ulong channel) => (Channel(channel)?.Messages ?? [])
        .Concat(Interactions.Values.Where(i => i.Channel.Id == channel && i.Ephemeral && i.Original is not null).Select(i => i.Original!))
        .Concat(Interactions.Values.Where(i => i.Channel.Id == channel).SelectMany(i => i.FollowUps));

    public static DiscordMessage? Message(DiscordChannel channel, ulong id) => channel.Messages.Find(m => m.Id == id && !m.Deleted);

    public void Record(DiscordCall call)
    {
        lock (Gate) Calls = Calls.Add(call);
        Pulse.Beat();
    }

    public void Violate(string what)
    {
        lock (Gate) Violations = Violations.Add(what);
    }

    public JsonObject Me() => new()
    {
        ["id"] = $"{BotId}",
        ["username"] = Options.BotUsername,
        ["discriminator"] = "0000",
        ["global_name"] = null,
        ["avatar"] = null,
        ["bot"] = true,
        ["flags"] = 0,
        ["public_flags"] = 0,
    };
}
