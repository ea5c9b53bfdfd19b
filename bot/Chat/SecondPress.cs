using System.Collections.Concurrent;
using ChatOps.Values;

namespace ChatOps.Bot.Chat;

/// <summary>Knows whether a press is the second one, by the same person on the same button, soon after the first.</summary>
internal sealed class SecondPress(TimeProvider time)
{
    public const string Please = "Press again to do it.";

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<(string User, string Message, string Data), TimeSpan> _first = new();
    private readonly SteadyClock _clock = new(time);

    public bool Is(string user, string message, string data)
    {
        var key = (user, message, data);
        var now = _clock.Now;
        if (_first.TryRemove(key, out var first) && now - first < Within) return true;
        if (_first.Count > 1000) _first.Clear();
        _first[key] = now;
        return false;
    }
}
