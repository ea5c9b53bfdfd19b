using System.Text.Json.Nodes;
using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>What the Gateway does of its own accord, and what goes wrong with it.</summary>
public sealed partial class DiscordSimulator
{
    /// <summary>Off, heartbeats stay unanswered: the connection is a zombie.</summary>
    public bool AcknowledgesHeartbeats
    {
        get => Locked(() => _gateway.Acknowledges);
        set => Locked(() => _gateway.Acknowledges = value);
    }

    /// <summary>On, new connections to the Gateway are answered with 503.</summary>
    public bool RefusesGateway
    {
        get => Locked(() => _gateway.Refuses);
        set => Locked(() => _gateway.Refuses = value);
    }

    /// <summary>Asks every connected session for a heartbeat at once (opcode 1).</summary>
    public void AskForHeartbeat() => Tell(s => s.Connection!.Send(GatewayFront.Payload(1, null)));

    /// <summary>Asks every connected session to reconnect and resume (opcode 7).</summary>
    public void AskToReconnect() => Tell(s => s.Connection!.Send(GatewayFront.Payload(7, null)));

    /// <summary>Says that the session is invalid (opcode 9): to be resumed, here or on a new connection, or gone.</summary>
    public void InvalidateSession(bool resumable = false) => Tell(s =>
    {
        s.Connection!.Send(GatewayFront.Payload(9, resumable));
        s.Detach(s.Connection, _world.Time.GetUtcNow());
        if (!resumable) SessionBook.End(s);
    });

    /// <summary>Closes every connection with a code; sessions stay.</summary>
    public void CloseGateway(int code) => Tell(s => s.Connection!.Close(code));

    /// <summary>Cuts every connection without a close frame; sessions stay.</summary>
    public void CutGateway() => Tell(s => s.Connection!.Cut());

    /// <summary>Forgets every session, so that nobody can resume; who is connected is cut.</summary>
    public void ForgetSessions()
    {
        lock (_world.Gate)
        {
            foreach (var session in _world.Sessions.All)
            {
                SessionBook.End(session);
                session.Connection?.Cut();
            }
        }
        _world.Pulse.Beat();
    }

    /// <summary>Sends any event to every session.</summary>
    public void Publish(string type, JsonObject data)
    {
        lock (_world.Gate) _world.Sessions.Publish(type, data, Intents.None);
    }

    private void Tell(Action<Session> what)
    {
        lock (_world.Gate)
        {
            foreach (var session in _world.Sessions.All.Where(s => s.Connection is { Seen.Open: true }).ToList()) what(session);
        }
        _world.Pulse.Beat();
    }
}
