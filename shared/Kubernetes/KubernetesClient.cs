using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <inheritdoc cref="IKubernetesClient"/>
public sealed class KubernetesClient(ClusterConnection connection, TimeProvider? time = null) : IKubernetesClient, IDisposable
{
    private const int PageSize = 500;
    private readonly RequestSender _sender = new(connection, time ?? TimeProvider.System);

    public string Namespace => connection.Namespace;

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => _sender.AskAsync(Call.Get(kind, ns, name), kind.Json, ct);

    public async Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource
    {
        try
        {
            return await GetAsync(kind, ns, name, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct)
    {
        try
        {
            return await _sender.AskAsync(Call.Get(kind, ns, name), KubernetesJson.Default.JsonObject, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource
    {
        var items = new List<T>();
        string? next = null, version = null;
        while (true)
        {
            var query = selection.Query(("limit", $"{PageSize}"), ("continue", next));
            var call = new Call("list", HttpMethod.Get, kind, ns, Query: query);
            var page = await _sender.AskAsync(call, KubernetesJson.Default.ListEnvelope, ct);
            foreach (var item in page.Items ?? []) items.Add(item.Deserialize(kind.Json)!);
            // A watch from the first page misses nothing; a later one need not know of what has come into the pages before it.
            version ??= page.Metadata.ResourceVersion;
            next = page.Metadata.Continue;
            if (string.IsNullOrEmpty(next)) return new ResourceList<T>(items, version ?? "0");
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        var query = selection.Query(("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion));
        var call = new Call("watch", HttpMethod.Get, kind, ns, Query: query) { Streams = true };
        using var response = await _sender.SendAsync(call, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var lines = new StreamReader(body, Encoding.UTF8);
        while (await _sender.NextLineAsync(lines, call, ct) is { } line)
        {
            if (line.Length > 0) yield return Parse(line, kind, call);
        }
    }

    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource
    {
        var named = (string?)body["metadata"]?["name"];
        var call =
            new Call("create", HttpMethod.Post, kind, ns, Subject: named, Query: "fieldManager=chatops") { Body = Stamped(kind, body) };
        return _sender.AskAsync(call, kind.Json, ct);
    }

    public Task<T> PatchAsync<T>(
        ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource
    {
        var query = $"fieldManager={Uri.EscapeDataString(patch.FieldManager)}"
            + (patch is { IsApply: true, Force: true } ? "&force=true" : "") + (patch.DryRun ? "&dryRun=All" : "");
        var call = new Call("patch", HttpMethod.Patch, kind, ns, name, subresource, query)
        {
            Body = patch is { IsApply: true, Body: JsonObject apply } ? Stamped(kind, apply) : patch.Body,
            ContentType = patch.ContentType,
        };
        return _sender.AskAsync(call, kind.Json, ct);
    }

    public async Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct)
    {
        var call = new Call("create", HttpMethod.Post, kind, ns, name, subresource, "fieldManager=chatops") { Body = body };
        using var response = await _sender.SendAsync(call, ct);
    }

    public async Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (deletion.Propagation is not null) body["propagationPolicy"] = deletion.Propagation;
        if (deletion.GracePeriodSeconds is not null) body["gracePeriodSeconds"] = deletion.GracePeriodSeconds;
        if (deletion.Uid is not null || deletion.ResourceVersion is not null)
            body["preconditions"] = new JsonObject { ["uid"] = deletion.Uid, ["resourceVersion"] = deletion.ResourceVersion };
        try
        {
            using var response = await _sender.SendAsync(new Call("delete", HttpMethod.Delete, kind, ns, name) { Body = body }, ct);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted already is what the caller wanted.
        }
    }

    public async Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct)
    {
        var call = new Call("get", HttpMethod.Get, Kinds.Pods, ns, pod, "log", query.Query) { Streams = true };
        var response = await _sender.SendAsync(call, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    public async Task<string> VersionAsync(CancellationToken ct)
    {
        var version = await _sender.AskAsync(Call.Of("get", "/version"), KubernetesJson.Default.JsonObject, ct);
        return (string?)version["gitVersion"] ?? "unknown";
    }

    public void Dispose() => _sender.Dispose();

    private WatchEvent<T> Parse<T>(string line, ResourceKind<T> kind, Call call)
        where T : IResource
    {
        try
        {
            return WatchLine.Parse(line, kind, call);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw _sender.Unreadable(call, e);
        }
    }

    private static JsonObject Stamped(ResourceKind kind, JsonObject body)
    {
        var stamped = (JsonObject)body.DeepClone();
        stamped["apiVersion"] = kind.ApiVersion;
        stamped["kind"] = kind.Kind;
        return stamped;
    }
}
