using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>Knows which watches another client has open, and changes nothing of what it does.</summary>
internal sealed class CountedClient(IKubernetesClient below) : IKubernetesClient
{
    private readonly ConcurrentDictionary<string, int> _watches = new(StringComparer.Ordinal);

    /// <summary>What is watched, by resource and namespace, each with how often.</summary>
    public IReadOnlyList<string> Watches => [.. _watches.Where(w => w.Value > 0).Select(w => $"{w.Value} × {w.Key}")];

    public int OpenWatches => _watches.Values.Sum();

    public string Namespace => below.Namespace;

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => below.GetAsync(kind, ns, name, ct);

    public Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource => below.FindAsync(kind, ns, name, ct);

    public Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct) =>
        below.FindRawAsync(kind, ns, name, ct);

    public Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource => below.ListAsync(kind, ns, selection, ct);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        var what = $"{kind.Plural} of {ns}";
        _watches.AddOrUpdate(what, 1, (_, count) => count + 1);
        try
        {
            await foreach (var change in below.WatchAsync(kind, ns, selection, resourceVersion, ct)) yield return change;
        }
        finally
        {
            _watches.AddOrUpdate(what, 0, (_, count) => count - 1);
        }
    }

    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource => below.CreateAsync(kind, ns, body, ct);

    public Task<T> PatchAsync<T>(
        ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource => below.PatchAsync(kind, ns, name, patch, ct, subresource);

    public Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct) =>
        below.PostAsync(kind, ns, name, subresource, body, ct);

    public Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct) =>
        below.DeleteAsync(kind, ns, name, deletion, ct);

    public Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct) =>
        below.LogsAsync(ns, pod, query, ct);

    public Task<string> VersionAsync(CancellationToken ct) => below.VersionAsync(ct);
}
