using System.Runtime.CompilerServices;

namespace ChatOps.Kubernetes;

/// <summary>
/// Follows a collection for ever: every object once at the start, then each change once, through lost connections, expired versions and
/// an API server that is away. Only cancellation ends it.
/// </summary>
/// <remarks>List, then watch from the list's resourceVersion; on 410 list again and report the difference
/// (Kubernetes API concepts, "Efficient detection of changes").</remarks>
public sealed class Reflector(IKubernetesClient client, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>Called when the server does not answer, and with null when it does again.</summary>
    public Action<ApiException?>? OnConnection { get; init; }

    /// <summary>Whether a missing right ends it with that refusal, for whoever cannot wait until somebody gives it.</summary>
    public bool EndsWhenForbidden { get; init; }

    /// <summary>Emits null once after every complete listing: all that existed then has been seen.</summary>
    /// <param name="only">Of an object it always says the same; those it refuses are passed over. Null is all of them.</param>
    public async IAsyncEnumerable<WatchEvent<T>?> FollowAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, [EnumeratorCancellation] CancellationToken ct, Func<T, bool>? only = null)
        where T : IResource
    {
        var known = new Dictionary<string, T>();
        var (failures, refusals) = (0, 0);
        string? version = null;
        while (!ct.IsCancellationRequested)
        {
            if (version is null)
            {
                var list = await TryAsync(() => client.ListAsync(kind, ns, selection, ct), ++failures, ct);
                if (list is null) continue;
                failures = 0;
                foreach (var change in Difference(known, list.Items.Where(o => only?.Invoke(o) != false))) yield return change;
                version = list.ResourceVersion;
                yield return null;
            }

            await using var events = client.WatchAsync(kind, ns, selection, version, ct).GetAsyncEnumerator(ct);
            var started = time.GetTimestamp();
            while (true)
            {
                var (next, refusal) = await NextAsync(events);
                if (refusal is not null)
                {
                    if (EndsWhenForbidden && refusal.IsForbidden) throw refusal;
                    WatchMetrics.Refused(kind.Plural, refusal);
                    version = refusal.IsTransient ? version : null;
                    // Where lists succeed and watches do not, for want of a right or because every version is gone at once, the list
                    // between must not keep the pace of the first try.
                    refusals = refusal.IsForbidden || refusal.IsGone ? refusals + 1 : 0;
                    await PauseAsync(refusal, Math.Max(++failures, refusals), ct);
                    break;
                }
                if (next is null)
                {
                    WatchMetrics.Ended(kind.Plural);
                    // A server that ends watches at once must not be asked in a tight loop.
                    if (time.GetElapsedTime(started) < TimeSpan.FromSeconds(1)) await Task.Delay(TimeSpan.FromSeconds(0.2), time, ct);
                    break;
                }
                (failures, refusals) = (0, 0);
                OnConnection?.Invoke(null);
                version = next.Object.Metadata.ResourceVersion ?? version;
                if (next.Type == WatchEventType.Bookmark || only?.Invoke(next.Object) == false) continue;
                Remember(known, next);
                yield return next;
            }
        }
    }

    private static void Remember<T>(Dictionary<string, T> known, WatchEvent<T> change)
        where T : IResource
    {
        if (change.Type == WatchEventType.Deleted) known.Remove(Key(change.Object));
        else known[Key(change.Object)] = change.Object;
    }

    private static IEnumerable<WatchEvent<T>> Difference<T>(Dictionary<string, T> known, IEnumerable<T> list)
        where T : IResource
    {
        var gone = known.Keys.ToHashSet();
        foreach (var item in list)
        {
            var key = Key(item);
            gone.Remove(key);
            var before = known.TryGetValue(key, out var old) ? old : default;
            known[key] = item;
            if (before is null) yield return new(WatchEventType.Added, item);
            else if (before.Metadata.ResourceVersion != item.Metadata.ResourceVersion) yield return new(WatchEventType.Modified, item);
        }
        foreach (var key in gone)
        {
            yield return new(WatchEventType.Deleted, known[key]);
            known.Remove(key);
        }
    }

    private static string Key(IResource item) => $"{item.Metadata.Namespace}/{item.Metadata.Name}";

    private static async Task<(WatchEvent<T>? Event, ApiException? Refusal)> NextAsync<T>(IAsyncEnumerator<WatchEvent<T>> events)
    {
        try
        {
            return (await events.MoveNextAsync() ? events.Current : null, null);
        }
        catch (ApiException e)
        {
            return (null, e);
        }
    }

    private async Task<TResult?> TryAsync<TResult>(Func<Task<TResult>> call, int failures, CancellationToken ct)
        where TResult : class
    {
        try
        {
            var result = await call();
            OnConnection?.Invoke(null);
            return result;
        }
        catch (ApiException e) when (!EndsWhenForbidden || !e.IsForbidden)
        {
            await PauseAsync(e, failures, ct);
            return null;
        }
    }

    /// <summary>
    /// Waits twice as long after each failure, up to ten seconds, with jitter so that many watchers do not return at once. A
    /// version that is gone is no failure, and what was missed is looked up at once; only one that is gone again, with no
    /// event in between, is waited for.
    /// </summary>
    private async Task PauseAsync(ApiException refusal, int failures, CancellationToken ct)
    {
        if (refusal.IsGone && failures <= 1) return;
        if (!refusal.IsGone) OnConnection?.Invoke(refusal);
        var seconds = Math.Min(LongestWait.TotalSeconds, 0.1 * Math.Pow(2, failures)) * (0.75 + (Random.Shared.NextDouble() / 2));
        await Task.Delay(TimeSpan.FromSeconds(seconds), time, ct);
    }
}
