namespace ChatOps.Suite;

/// <summary>A line every minute: how far each project is, and which tests take their time.</summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);
    private readonly Lanes _lanes;
    private readonly ITimer _timer;
    private readonly long _began = TimeProvider.System.GetTimestamp();

    public Progress(Lanes lanes) => (_lanes, _timer) = (lanes, TimeProvider.System.CreateTimer(_ => Say(), null, Often, Often));

    public void Dispose() => _timer.Dispose();

    private void Say()
    {
        var now = TimeProvider.System.GetUtcNow();
        var runs = _lanes.Runs.Where(r => r.Took == TimeSpan.Zero).Select(run =>
        {
            var slow = run.Running.Where(r => now - r.Began > Often).Select(r => $", {r.Name} since {(now - r.Began).TotalSeconds:0} s");
            return $"{run.Project.Name} {run.Results.Count}{string.Concat(slow)}";
        });
        Console.WriteLine($"{TimeProvider.System.GetElapsedTime(_began):m\\:ss} {string.Join("; ", runs)}");
    }
}
