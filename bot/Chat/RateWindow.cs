using ChatOps.Values;

namespace ChatOps.Bot.Chat;

/// <summary>At most so many calls in any span of that length; guarded by whoever owns it.</summary>
internal sealed class RateWindow(int most, TimeSpan span)
{
    private readonly List<RateTurn> _turns = [];

    public void Note(RateTurn turn) => _turns.Add(turn);

    /// <summary>When the next call may be made, at the earliest: what is under way ends now or later.</summary>
    /// <param name="kept">How many of them this call leaves to others.</param>
    public TimeSpan FreeAt(TimeSpan now, int kept = 0)
    {
        _turns.RemoveAll(t => now - t.EndedAt >= span);
        var over = _turns.Count - (most - kept);
        return over < 0 ? now : _turns.Select(t => t.EndedAt ?? now).Order().ElementAt(over) + span;
    }
}

/// <summary>One call, from the moment it may be made until it is disposed: it may arrive at any time in between.</summary>
internal sealed class RateTurn(Lock gate, SteadyClock clock) : IDisposable
{
    public TimeSpan? EndedAt { get; private set; }

    public void Dispose()
    {
        lock (gate) EndedAt ??= clock.Now;
    }
}
