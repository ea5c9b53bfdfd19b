using System.Collections.Concurrent;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>
/// Moves every Snapshot through the verbs of its status as the sidecars of all targets would: some fail, and where there are rules the
/// older archives of the target go. Keeps how each ended, for whoever compares.
/// </summary>
internal sealed class MovedSnapshots : IAsyncDisposable
{
    private const int Kept = 3;
    private readonly IKubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, bool> _begun = new();
    private readonly ConcurrentDictionary<string, List<string>> _archives = new();
    public MovedSnapshots(IKubernetesClient client, TimeProvider time, int seed)
    {
        (_client, _time, _random) = (client, time, new Random(seed));
        Moving = Task.Run(FollowAsync);
    }

    /// <summary>Ends only with a fault of its own.</summary>
    public Task Moving { get; }

    /// <summary>How those ended that are shown by a message of their own, by name: whether they succeeded.</summary>
    public ConcurrentDictionary<string, bool> Ended { get; } = new();

    /// <summary>Snapshots ever seen, those of changes among them.</summary>
    public int Seen { get; private set; }

    /// <summary>Under way.</summary>
    public int Running => _begun.Count;

    /// <summary>The names of those that schedules made.</summary>
    public ConcurrentDictionary<string, bool> Scheduled { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task FollowAsync()
    {
        var reflector = new Reflector(_client, _time);
        await foreach (var change in reflector.FollowAsync(ChatOpsKinds.Snapshots, null, Selection.All, _stopping.Token))
        {
            if (change is not { Type: not WatchEventType.Deleted, Object: { Status.Phase: SnapshotPhase.Pending } pending }) continue;
            if (Ended.ContainsKey(pending.Metadata.Name) || !_begun.TryAdd(pending.Metadata.Uid!, true)) continue;
            Seen++;
            if (pending.Spec.Reason == "scheduled") Scheduled[pending.Metadata.Name] = true;
            double seconds, chance;
            lock (_random) (seconds, chance) = (_random.Next(20, 90), _random.NextDouble());
            _ = MoveAsync(pending, TimeSpan.FromSeconds(seconds), fails: chance < 0.04 && pending.Spec.Reason != "pre-change");
        }
    }

    private async Task MoveAsync(Snapshot snapshot, TimeSpan work, bool fails)
    {
        var ct = _stopping.Token;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(2), _time, ct);
            await WriteAsync(snapshot, s => s.Start("soak", _time.GetUtcNow()), ct);
            await Task.Delay(work, _time, ct);
            if (!fails) await WriteAsync(snapshot, s => s.Verify(), ct);
            await Task.Delay(TimeSpan.FromSeconds(3), _time, ct);
            var now = _time.GetUtcNow();
            var pruned = fails ? [] : Prune(snapshot);
            if (snapshot.Spec.Reason != "pre-change") Ended[snapshot.Metadata.Name] = !fails;
            var full = new ResourceFault("DiskFull", "no space left", null);
            await WriteAsync(snapshot, s => fails ? s.Fail(full, now) : Done(s, snapshot, pruned, now), ct);
        }
        finally
        {
            _begun.TryRemove(snapshot.Metadata.Uid!, out _);
        }
    }

    private static SnapshotStatus Done(SnapshotStatus status, Snapshot snapshot, List<string> pruned, DateTimeOffset now)
    {
        var archive = new SnapshotArchive { Name = $"{snapshot.Metadata.Name}.tar.zst", Bytes = 1 << 20, Sha256 = new string('a', 64) };
        var result = new SnapshotResult(now.AddSeconds(-5), archive, [], 100, 2 << 20, 12, ["file-sha256"], [], []);
        return (pruned.Count == 0 ? status : status.Prune(pruned)).Succeed(result, now);
    }

    private List<string> Prune(Snapshot snapshot)
    {
        var archives = _archives.GetOrAdd(snapshot.Spec.Target, _ => []);
        lock (archives)
        {
            var old = snapshot.Spec.Retention is null
                ? []
                : archives.SkipLast(Kept).Where(a => snapshot.Spec.Protect?.Contains(a) != true).ToList();
            archives.RemoveAll(old.Contains);
            archives.Add($"{snapshot.Metadata.Name}.tar.zst");
            return old;
        }
    }

    /// <summary>Until it is stored, on the newest state there is.</summary>
    private async Task WriteAsync(Snapshot snapshot, Func<SnapshotStatus, SnapshotStatus> verb, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var seen = await _client.GetAsync(ChatOpsKinds.Snapshots, snapshot.Metadata.Namespace, snapshot.Metadata.Name, ct);
                await _client.WriteStatusAsync(seen, verb(seen.Status), ct);
                return;
            }
            catch (ApiException e) when (e.IsConflict || e.IsTransient)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, ct);
            }
            catch (IllegalMoveException)
            {
                return; // stored by the try before, whose answer was lost
            }
        }
    }
}
