using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <summary>
/// Passes every call on, and notes what was forbidden before it throws that on: no missing right stays unsaid, whoever catches it.
/// </summary>
public sealed class RefusalNotingClient(IKubernetesClient below, Refusals refusals) : IKubernetesClient
{
    public string Namespace => below.Namespace;

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => NotingAsync(below.GetAsync(kind, ns, name, ct));

    public Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource => NotingAsync(below.FindAsync(kind, ns, name, ct));

    public Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct) =>
        NotingAsync(below.FindRawAsync(kind, ns, name, ct));

    public Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource => NotingAsync(below.ListAsync(kind, ns, selection, ct));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        await using var events = below.WatchAsync(kind, ns, selection, resourceVersion, ct).GetAsyncEnumerator(ct);
        while (await NotingAsync(events.MoveNextAsync().AsTask())) yield return events.Current;
    }

    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource => NotingAsync(below.CreateAsync(kind, ns, body, ct));

    public Task<T> PatchAsync<T>(
        ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource => NotingAsync(below.PatchAsync(kind, ns, name, patch, ct, subresource));

    public Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct) =>
        NotingAsync(DoneAsync(below.PostAsync(kind, ns, name, subresource, body, ct)));

    public Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct) =>
        NotingAsync(DoneAsync(below.DeleteAsync(kind, ns, name, deletion, ct)));

    public Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct) =>
        NotingAsync(below.LogsAsync(ns, pod, query, ct));

    public Task<string> VersionAsync(CancellationToken ct) => NotingAsync(below.VersionAsync(ct));

    private async Task<T> NotingAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (ApiException e)
        {
            refusals.Note(e);
            throw;
        }
    }

    private static async Task<bool> DoneAsync(Task call)
    {
        await call;
        return true;
    }
}
