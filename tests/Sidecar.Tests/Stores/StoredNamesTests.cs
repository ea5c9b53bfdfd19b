using System.Collections.Concurrent;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>How manifests are read ahead, with a store that answers only when it is told to.</summary>
public sealed class StoredNamesTests
{
    private static readonly List<SnapshotName> Names = [.. Enumerable.Range(0, 30).Select(i => SnapshotName.TryParse(
        $"ghostwire-20261121T10{i / 10:00}{i % 10:00}Z-abcdef")!)];

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private int _inFlight, _most;

    [Fact]
    public async Task At_most_eight_are_read_at_once_and_the_order_is_kept_whichever_comes_first()
    {
        List<string> listed = [];
        await using var listing = StoredNames.NewestFirstAsync(Names, ReadAsync, Token).GetAsyncEnumerator(Token);
        while (true)
        {
            // It has asked for all it will before the newest of these is answered; that one is answered last.
            var next = listing.MoveNextAsync();
            var waiting = _gates.Where(g => !g.Value.Task.IsCompleted).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
            foreach (var (_, gate) in next.IsCompleted ? [] : waiting.Take(1).Concat(waiting.TakeLast(1)))
                gate.TrySetResult();
            if (!await next)
                break;
            listed.Add(listing.Current.Name);
        }
        Assert.Equal(Names.Select(name => name.ToString()).Reverse(), listed);
        Assert.Equal(StoredNames.MostAhead, _most);
    }

    [Fact]
    public async Task The_newest_alone_costs_one_reading()
    {
        await foreach (var manifest in StoredNames.NewestFirstAsync(Names, Open, Token))
        {
            Assert.Equal(Names[^1].ToString(), manifest.Name);
            break;
        }
        Assert.Equal(1, _most);
        Assert.Single(_gates);
    }

    [Fact]
    public async Task A_reader_that_stops_early_leaves_no_reading_behind()
    {
        var listed = 0;
        await foreach (var _ in StoredNames.NewestFirstAsync(Names, (name, ct) => listed < 3 ? Open(name, ct) : ReadAsync(name, ct), Token))
        {
            if (++listed == 4)
                break;
        }
        Assert.Equal(0, _inFlight);
        Assert.InRange(_gates.Count, 5, Names.Count - 1);
    }

    private Task<Manifest?> Open(string name, CancellationToken cancellation)
    {
        _gates[name] = new();
        _gates[name].SetResult();
        return ReadAsync(name, cancellation);
    }

    private async Task<Manifest?> ReadAsync(string name, CancellationToken cancellation)
    {
        var gate = _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        var now = Interlocked.Increment(ref _inFlight);
        _most = Math.Max(_most, now);
        try
        {
            await gate.Task.WaitAsync(cancellation);
            return Samples.Manifest(name, 0);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
