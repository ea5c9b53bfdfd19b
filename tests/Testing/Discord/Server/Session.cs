using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>The server's side of a session: every event it made, in order, for as long as somebody can resume it. Under the lock.</summary>
internal sealed class Session(DiscordSession seen, string resumePath)
{
    private readonly List<(int Sequence, string Text)> _events = [];

    public DiscordSession Seen { get; } = seen;

    public string ResumePath { get; } = resumePath;

    public Connection? Connection { get; private set; }

    /// <summary>Since when nobody is connected.</summary>
    public DateTimeOffset? Detached { get; private set; }

    public void Attach(Connection connection)
    {
        (Connection, Detached) = (connection, null);
        connection.Session = this;
        if (!Seen.Connections.Contains(connection.Seen)) Seen.Connections = Seen.Connections.Add(connection.Seen);
        Seen.Attached = true;
    }

    public void Detach(Connection connection, DateTimeOffset at)
    {
        if (Connection != connection) return;
        (Connection, Detached) = (null, at);
        (connection.Session, Seen.Attached) = (null, false);
    }

    public void Dispatch(string type, JsonNode data)
    {
        var sequence = ++Seen.Sequence;
        var text = Payload(sequence, type, data);
        _events.Add((sequence, text));
        Connection?.Send(text);
    }

    /// <summary>Events after a sequence number, as they were.</summary>
    public void Replay(int after)
    {
        foreach (var (_, text) in _events.Where(e => e.Sequence > after)) Connection?.Send(text);
    }

    /// <summary>The same event with the number it had, which no right server sends.</summary>
    public void Repeat(Func<string, bool> which)
    {
        foreach (var (_, text) in _events.Where(e => which(e.Text)).ToList()) Connection?.Send(text);
    }

    private static string Payload(int sequence, string type, JsonNode data) =>
        new JsonObject { ["t"] = type, ["s"] = sequence, ["op"] = 0, ["d"] = data.DeepClone() }.ToJsonString();
}
