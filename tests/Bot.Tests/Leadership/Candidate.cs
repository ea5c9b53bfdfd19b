using ChatOps.Bot.Changes;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Platforms;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatOps.Bot.Tests.Leadership;

/// <summary>A bot that does nothing but to stand for leader.</summary>
internal sealed class Candidate : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LeaderElection _election;
    private readonly Task _work;
    private bool _dead;

    public Candidate(string name, LeaseLine line, ManualTime time, Traffic traffic)
    {
        Line = line;
        var settings = new BotSettings();
        Leader = new Leader(settings);
        _election = new LeaderElection(
            line, new ChangeBoard(line, "chatops", time), settings, Leader, name, time, NullLogger<LeaderElection>.Instance);
        _work = traffic.StartAsync(RunAsync).Unwrap();
    }

    public LeaseLine Line { get; }

    public Leader Leader { get; }

    public bool Leads => Leader.IsSelf && !_dead;

    /// <summary>As if its node had lost power: it renews nothing and gives nothing back.</summary>
    public void Die() => _dead = Line.Hangs = true;

    /// <summary>It ends by itself and in order.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        // Without an answer it would wait for the test's clock.
        (Line.Hangs, Line.Away) = (false, true);
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await using var term = await _election.WinAsync(() => Task.CompletedTask, _stop.Token);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, term.Lost);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = over.Token.Register(ended.SetResult);
            await ended.Task;
        }
        catch (OperationCanceledException)
        {
            // It never led.
        }
    }
}
