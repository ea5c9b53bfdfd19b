using ChatOps.Sidecar.Runs;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class RateLimitTests
{
    private readonly ManualTime _time = new();
    private TimeSpan _waited;

    [Fact]
    public void Whoever_reads_too_fast_waits_until_it_was_not()
    {
        var limit = Limit();
        for (var i = 0; i < 30; i++)
            limit.Spend(1_000_000);
        Assert.InRange(_waited, TimeSpan.FromSeconds(2.98), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Whoever_is_slower_than_the_limit_never_waits()
    {
        var limit = Limit();
        for (var i = 0; i < 30; i++)
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(0.1));
            limit.Spend(100_000);
        }
        Assert.Equal(TimeSpan.Zero, _waited);
    }

    [Fact]
    public async Task A_rest_is_not_saved_up()
    {
        var limit = Limit();
        await _time.AdvanceAsync(TimeSpan.FromHours(1));
        limit.Spend(10_000_000);
        Assert.Equal(TimeSpan.FromSeconds(1), _waited);
    }

    [Fact]
    public async Task A_snapshot_that_waits_for_its_turn_hears_an_interrupt()
    {
        using var home = new Home();
        File.WriteAllBytes(home.At("large"), new byte[3_000_000]);
        using (var database = ChatOps.Testing.Sqlite.PlainSqlite.Open(home.At("a.db")))
            ChatOps.Testing.Sqlite.PlainSqlite.Run(database, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(2000000))");
        using var hurry = new CancellationTokenSource();
        var slow = home.Request with { Rate = new ByteSize(1) };
        var run = new SnapshotRun(slow, home.Archives, TimeProvider.System, progress =>
        {
            if (progress.Step == RunStep.Databases)
                hurry.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(hurry.Token));
        Assert.Empty(await home.ListAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_nice_sidecar_lets_others_go_first_with_every_thread_it_has()
    {
        using var home = new Home();
        File.WriteAllBytes(home.At("large"), new byte[3_000_000]);
        using var process = Cli.Start(home, "snapshot", "--nice", "7", "--rate", "1");
        string[] threads;
        do
        {
            await Task.Yield();
            threads = [.. Directory.EnumerateDirectories($"/proc/{process.Id}/task").Select(thread => NiceOf(thread))];
        }
        while (threads.Length < 4 || threads.Any(nice => nice is not ("7" or "")));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The 19th field of /proc/PID/task/TID/stat (proc(5)); "" when the thread has gone.</summary>
    private static string NiceOf(string thread)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(thread, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[16];
        }
        catch (IOException)
        {
            return "";
        }
    }

    private RateLimit Limit() => new(ByteSize.FromMegabytes(10), _time, duration =>
    {
        _waited += duration;
        _ = _time.AdvanceAsync(duration);
    });
}
