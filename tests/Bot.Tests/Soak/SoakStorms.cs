namespace ChatOps.Bot.Tests.Soak;

/// <summary>
/// Every few hours one thing fails, each in its turn: watches are cut and find their version expired, the API server is away for minutes,
/// is overloaded, answers with faults, the chat is away, and once in a day the API server is away so long that schedules miss their time.
/// </summary>
internal sealed class SoakStorms(SoakWorld world, Random random)
{
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(100);
    private DateTimeOffset _next = world.Now + Calm;
    private DateTimeOffset? _ends;
    private Func<Task> _end = () => Task.CompletedTask;
    private int _turn, _requests;

    /// <summary>People wait until it is over, as they would.</summary>
    public bool Raging => _ends is not null;

    public async Task StepAsync()
    {
        if (_ends <= world.Now) await EndAsync();
        if (Raging || world.Now < _next) return;
        var lasts = await BeginAsync(_turn++ % 12);
        _ends = world.Now + lasts;
        _next = world.Now + lasts + Calm;
    }

    public async Task EndAsync()
    {
        if (!Raging) return;
        await _end();
        world.Faults.Clear();
        (_ends, _end) = (null, () => Task.CompletedTask);
    }

    private async Task<TimeSpan> BeginAsync(int turn)
    {
        switch (turn % 6)
        {
            case 0:
                world.Faults.CompactHistory();
                world.Faults.DropWatches();
                return TimeSpan.FromSeconds(10);
            case 1:
                await world.Faults.RefuseConnectionsAsync();
                _end = world.Faults.AcceptConnectionsAsync;
                // Over the hour in which every schedule is due, and past the time in which it may still begin.
                return turn == 7 ? TimeSpan.FromMinutes(130) : TimeSpan.FromMinutes(random.Next(2, 6));
            case 2:
                world.Faults.Fail(300, 429, TimeSpan.FromSeconds(1), _ => Interlocked.Increment(ref _requests) % 3 == 0);
                return TimeSpan.FromMinutes(2);
            case 3:
                world.Chat.Away = true;
                _end = () => Task.FromResult(world.Chat.Away = false);
                return TimeSpan.FromMinutes(random.Next(5, 40));
            case 4:
                world.Faults.Fail(200, 503, null, _ => Interlocked.Increment(ref _requests) % 2 == 0);
                return TimeSpan.FromMinutes(2);
            default:
                world.Faults.DropWatches();
                return TimeSpan.FromSeconds(10);
        }
    }
}
