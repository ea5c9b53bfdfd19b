namespace ChatOps.Bot.Tests.Platforms;

/// <summary>
/// A minute and a half of calm, then ten seconds in which calls fail at random and the platform goes away once, and again.
/// </summary>
internal abstract class Storms(Random random, TimeProvider time)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Rage = TimeSpan.FromSeconds(10);
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _past = [];
    private DateTimeOffset _begins = time.GetUtcNow() + Calm;
    private DateTimeOffset? _backAt;
    private bool _raging;

    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Past => _past;

    protected Random Random => random;

    /// <summary>It has been away in this storm.</summary>
    protected bool WasAway { get; private set; }

    public bool Touch(DateTimeOffset from, DateTimeOffset to) => _past.Exists(s => s.From < to && from < s.To);

    public async Task StepAsync()
    {
        var now = time.GetUtcNow();
        if (_backAt <= now) await ReturnAsync();
        if (now < _begins) return;
        if (now > _begins + Rage && _backAt is null)
        {
            await EndAsync();
            return;
        }
        _raging = true;
        if (_backAt is null && Random.Next(2) == 0) await FailAsync();
    }

    public async Task EndAsync()
    {
        if (!_raging) return;
        await ReturnAsync();
        ClearFaults();
        _past.Add((_begins, time.GetUtcNow()));
        (_begins, _raging, WasAway) = (time.GetUtcNow() + Calm, false, false);
    }

    /// <summary>One thing goes wrong.</summary>
    protected abstract Task FailAsync();

    protected abstract void ClearFaults();

    protected abstract Task ListenAgainAsync();

    /// <summary>It has stopped listening, for some seconds.</summary>
    protected void GoAway() => (_backAt, WasAway) = (time.GetUtcNow() + TimeSpan.FromSeconds(Random.Next(1, 7)), true);

    private async Task ReturnAsync()
    {
        if (_backAt is null) return;
        await ListenAgainAsync();
        _backAt = null;
    }
}
