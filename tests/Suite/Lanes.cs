namespace ChatOps.Suite;

/// <summary>Runs the projects, as many at a time as there are cores, and never fewer than two.</summary>
internal sealed class Lanes(SuiteOptions options)
{
    private readonly List<TestRun> _runs = [];

    /// <summary>What is under way or has ended.</summary>
    public IReadOnlyList<TestRun> Runs
    {
        get { lock (_runs) return [.. _runs]; }
    }

    public Task RunAsync() => Parallel.ForEachAsync(
        options.Projects, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) }, async (project, _) =>
        {
            var run = new TestRun(project, options);
            lock (_runs) _runs.Add(run);
            await run.RunAsync(Path.Combine(options.Results, $"{project.Name}.log"), [.. options.Filter]);
        });
}
