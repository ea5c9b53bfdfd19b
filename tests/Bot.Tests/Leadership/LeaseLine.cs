using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Leadership;

/// <summary>The one Lease of a cluster, in memory: answers take no time, so that a test's clock alone decides what happens when.</summary>
internal sealed class LeaseStore
{
    private readonly Lock _gate = new();
    private long _version;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lease? Lease { get; private set; }

    public Task Moved
    {
        get
        {
            lock (_gate) return _moved.Task;
        }
    }

    /// <summary>Puts a body over what is there; null deletes.</summary>
    public Lease? Put(JsonObject? body, string verb, string? onVersion = null)
    {
        lock (_gate)
        {
            if (verb == "create" && Lease is not null) throw Refusal(verb, HttpStatusCode.Conflict, "AlreadyExists");
            if (verb == "patch" && Lease is null) throw Refusal(verb, HttpStatusCode.NotFound, "NotFound");
            if (onVersion is not null && onVersion != Lease!.Metadata.ResourceVersion)
                throw Refusal(verb, HttpStatusCode.Conflict, "Conflict");
            Lease = body is null ? null : Written(body);
            var moved = _moved;
            _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
            moved.SetResult();
            return Lease;
        }
    }

    public static ApiException Refusal(string verb, HttpStatusCode code, string reason) =>
        new(verb, "leases.coordination.k8s.io/chatops-bot", code, reason, reason, null);

    private Lease Written(JsonObject body)
    {
        var old = Lease?.Spec;
        var spec = body["spec"]?.Deserialize<Dictionary<string, JsonElement>>() ?? [];
        DateTimeOffset? Time(string name, DateTimeOffset? before) => spec.TryGetValue(name, out var v) ? v.GetDateTimeOffset() : before;
        int? Number(string name, int? before) => spec.TryGetValue(name, out var v) ? v.GetInt32() : before;
        return new Lease
        {
            Metadata = new() { Name = "chatops-bot", ResourceVersion = $"{++_version}" },
            Spec = new LeaseSpec
            {
                HolderIdentity = spec.TryGetValue("holderIdentity", out var holder) ? holder.GetString() : old?.HolderIdentity,
                LeaseDurationSeconds = Number("leaseDurationSeconds", old?.LeaseDurationSeconds),
                LeaseTransitions = Number("leaseTransitions", old?.LeaseTransitions),
                AcquireTime = Time("acquireTime", old?.AcquireTime),
                RenewTime = Time("renewTime", old?.RenewTime),
            },
        };
    }
}

/// <summary>One bot's way to the API server, which can be cut, hang, or lose its watches alone.</summary>
internal sealed class LeaseLine(LeaseStore store) : IKubernetesClient
{
    public bool Away { get; set; }

    public bool Hangs { get; set; }

    public bool WatchesAreDeaf { get; set; }

    public int Writes { get; private set; }

    public string Namespace => "chatops";

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => throw new NotSupportedException();

    public Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource => AskAsync("get", () => store.Lease as T, ct);

    public Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource => AskAsync("list", () => new ResourceList<T>(
            store.Lease is T lease ? [lease] : [], store.Lease?.Metadata.ResourceVersion ?? "0"), ct);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        var told = resourceVersion;
        Lease? last = null;
        while (true)
        {
            var moved = store.Moved;
            var lease = store.Lease;
            if (!WatchesAreDeaf && !Away && (lease?.Metadata.ResourceVersion ?? "0") != told)
            {
                told = lease?.Metadata.ResourceVersion ?? "0";
                yield return new(lease is null ? WatchEventType.Deleted : WatchEventType.Modified, (T)(IResource)(lease ?? last)!);
            }
            last = lease ?? last;
            await moved.WaitAsync(ct);
        }
    }

    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource => AskAsync("create", () => Written<T>(store.Put(body, "create")), ct);

    public Task<T> PatchAsync<T>(
        ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct, string? subresource = null)
        where T : IResource => AskAsync(
            "patch",
            () => Written<T>(store.Put((JsonObject)patch.Body, "patch", (string?)patch.Body["metadata"]?["resourceVersion"])),
            ct);

    public Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct) => throw new NotSupportedException();

    public Task<string> VersionAsync(CancellationToken ct) => throw new NotSupportedException();

    private T Written<T>(Lease? lease)
        where T : IResource
    {
        Writes++;
        return (T)(IResource)lease!;
    }

    private async Task<T> AskAsync<T>(string verb, Func<T> answer, CancellationToken ct)
    {
        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        if (Away) throw LeaseStore.Refusal(verb, 0, "Unreachable");
        return answer();
    }
}
