using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Every session there was, and what limits new ones ("Gateway", Identifying and Session Start Limit). Under the lock.</summary>
internal sealed class SessionBook(World world)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private readonly List<Session> _sessions = [];
    private DateTimeOffset? _firstStart;
    private DateTimeOffset? _lastIdentify;
    private int _starts;

    public string Url => $"ws://{world.Url.Authority}/gateway";

    /// <summary>Too many starts in a day: Discord ended every session and took the token away.</summary>
    public bool TokenReset { get; private set; }

    public ImmutableList<DiscordSession> Seen { get; private set; } = [];

    public ImmutableList<DiscordConnection> Connections { get; private set; } = [];

    public IEnumerable<Session> All => _sessions;

    public int StartsLeft
    {
        get
        {
            if (_firstStart is { } first && world.Time.GetUtcNow() - first >= Day) (_firstStart, _starts) = (null, 0);
            return Math.Max(0, world.Options.SessionStarts - _starts);
        }
    }

    public TimeSpan StartsResetAfter => _firstStart is { } first ? first + Day - world.Time.GetUtcNow() : TimeSpan.Zero;

    public void Add(DiscordConnection connection) => Connections = Connections.Add(connection);

    /// <summary>False when the last Identify was too short a time ago.</summary>
    public bool MayIdentify()
    {
        var now = world.Time.GetUtcNow();
        if (_lastIdentify is { } last && now - last < world.Options.IdentifyEvery) return false;
        _lastIdentify = now;
        return true;
    }

    /// <summary>Null when there are no starts left today, and then the token is gone too.</summary>
    public Session? Start(int intents)
    {
        if (StartsLeft == 0)
        {
            TokenReset = true;
            foreach (var session in _sessions) End(session, 4004);
            return null;
        }
        _firstStart ??= world.Time.GetUtcNow();
        _starts++;
        var id = $"{world.Ids.Next():x32}";
        var made = new Session(new(id, intents, world.Time.GetUtcNow()), $"/gateway/resume-{_sessions.Count + 1}");
        _sessions.Add(made);
        Seen = Seen.Add(made.Seen);
        return made;
    }

    public Session? Find(string id) => _sessions.Find(s => s.Seen.Id == id && Alive(s));

    public static void End(Session session, int? closeWith = null)
    {
        session.Seen.Ended = true;
        if (closeWith is { } code) session.Connection?.Close(code);
    }

    /// <summary>To every session that asked for it, connected or not: whoever resumes hears of it then.</summary>
    public void Publish(string type, JsonNode data, int intent, JsonNode? withoutContent = null)
    {
        foreach (var session in _sessions.Where(s => Alive(s) && (intent == Intents.None || (s.Seen.Intents & intent) != 0)))
        {
            var reads = withoutContent is null || (session.Seen.Intents & Intents.MessageContent) != 0;
            session.Dispatch(type, reads ? data : withoutContent!);
        }
        world.Pulse.Beat();
    }

    private bool Alive(Session session)
    {
        if (session.Detached is { } since && world.Time.GetUtcNow() - since >= world.Options.ResumeWithin) session.Seen.Ended = true;
        return !session.Seen.Ended;
    }
}
