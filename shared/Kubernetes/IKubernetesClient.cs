using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <summary>
/// The calls this product makes to the API server. Every call throws <see cref="ApiException"/> when refused or unanswered, naming the
/// verb, the object and what to do; an answer of "too many requests" is obeyed and the call repeated before that.
/// </summary>
public interface IKubernetesClient
{
    /// <summary>The namespace of the context or of the pod: what to use where nobody named one.</summary>
    string Namespace { get; }

    Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource;

    /// <summary>As Get, but an absent object is null.</summary>
    Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource;

    /// <summary>The whole object as the server has it, or null; for reading what no model has.</summary>
    Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct);

    /// <summary>All objects selected, page by page behind the scenes; <paramref name="ns"/> null means every namespace.</summary>
    Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource;

    /// <summary>One watch from one resourceVersion until the server ends it. Resuming is <see cref="Reflector"/>'s work.</summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, CancellationToken ct)
        where T : IResource;

    /// <summary>Creates; an object of that name already there is an <see cref="ApiException"/> with <c>AlreadyExists</c>.</summary>
    Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource;

    Task<T> PatchAsync<T>(ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource;

    /// <summary>Posts to a subresource such as <c>pods/binding</c> or <c>pods/eviction</c>.</summary>
    Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct);

    /// <summary>Deletes; an absent object is success, so a repeated call is harmless.</summary>
    Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct);

    /// <summary>The log of a container as bytes; the caller disposes the stream.</summary>
    Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct);

    /// <summary>The server's version (<c>v1.35.2</c>): the cheapest proof that it answers and knows us.</summary>
    Task<string> VersionAsync(CancellationToken ct);
}
