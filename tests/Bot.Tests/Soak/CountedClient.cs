using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>Knows how many watches another client has open and whether anything moves there, and changes nothing of what it does.</summary>
internal sealed class CountedClient(IKubernetesClient below) : IKubernetesClient
{
    private readonly ConcurrentDictionary<string, int> _watches = new(StringComparer.Ordinal);
    private long _moves;

    /// <summary>What is watched, by resource and namespace, each with how often.</summary>
    public IReadOnlyList<string> Watches => [.. _watches.Where(w => w.Value > 0).Select(w => $"{w.Value} × {w.Key}")];

    public int OpenWatches => _watches.Values.Sum();

    /// <summary>Grows with everything that begins, ends or arrives.</summary>
    public long Moves => Interlocked.Read(ref _moves);

    public string Namespace => below.Namespace;

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => CountAsync(() => below.GetAsync(kind, ns, name, ct));

    public Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource => CountAsync(() => below.FindAsync(kind, ns, name, ct));

    public Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct) =>
        CountAsync(() => below.FindRawAsync(kind, ns, name, ct));

    public Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource => CountAsync(() => below.ListAsync(kind, ns, selection, ct));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        var what = $"{kind.Plural} of {ns}";
        _watches.AddOrUpdate(what, 1, (_, count) => count + 1);
        Interlocked.Increment(ref _moves);
        try
        {
            await foreach (var change in below.WatchAsync(kind, ns, selection, resourceVersion, ct))
            {
                Interlocked.Increment(ref _moves);
                yield return change;
            }
        }
        finally
        {
            _watches.AddOrUpdate(what, 0, (_, count) => count - 1);
            Interlocked.Increment(ref _moves);
        }
    }

    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource => CountAsync(() => below.CreateAsync(kind, ns, body, ct));

    public Task<T> PatchAsync<T>(
        ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource => CountAsync(() => below.PatchAsync(kind, ns, name, patch, ct, subresource));

    public Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct) =>
        CountAsync(() => below.PostAsync(kind, ns, name, subresource, body, ct));

    public Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct) =>
        CountAsync(() => below.DeleteAsync(kind, ns, name, deletion, ct));

    public Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct) =>
        CountAsync(() => below.LogsAsync(ns, pod, query, ct));

    public Task<string> VersionAsync(CancellationToken ct) => CountAsync(() => below.VersionAsync(ct));

    private Task<bool> CountAsync(Func<Task> call) => CountAsync(async () =>
    {
        await call();
        return true;
    });

    private async Task<T> CountAsync<T>(Func<Task<T>> call)
    {
        Interlocked.Increment(ref _moves);
        try
        {
            return await call();
        }
        finally
        {
            Interlocked.Increment(ref _moves);
        }
    }
}
