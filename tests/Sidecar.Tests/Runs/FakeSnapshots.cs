using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// An API server that knows Snapshot resources only: it lists, watches and takes merge patches, and can be made to go away.
/// </summary>
internal sealed class FakeSnapshots : IKubernetesClient
{
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly Dictionary<string, TaskCompletionSource> _final = [];
    private readonly List<(string Name, SnapshotPhase Phase)> _phases = [];
    private readonly ConcurrentQueue<JsonObject> _events = [];
    private readonly Channel<Snapshot> _changes = Channel.CreateUnbounded<Snapshot>();
    private int _version;

    public string Namespace => "ns";

    /// <summary>So many writes after the first are answered by nobody.</summary>
    public int RefuseAfterStart { get; set; }

    /// <summary>Whether nobody takes events.</summary>
    public bool RefuseEvents { get; set; }

    /// <summary>What was told of a snapshot, in order: type, reason, message.</summary>
    public IEnumerable<(string Type, string Reason, string Message)> EventsOf(string name) => _events
        .Where(e => ((string)e["involvedObject"]!["kind"]!, (string)e["involvedObject"]!["uid"]!)
            == ("Snapshot", Parse(_objects[name]).Metadata.Uid))
        .Select(e => ((string)e["type"]!, (string)e["reason"]!, (string)e["message"]!));

    public Snapshot this[string name] => Parse(_objects[name]);

    public void Add(
        string name, string target = "ghostwire", string driver = "tar",
        SnapshotStatus? status = null, SnapshotSpec? spec = null, string? asked = null)
    {
        var snapshot = new Snapshot
        {
            Metadata = new()
            {
                Name = name,
                Namespace = "ns",
                Uid = "uid-" + name,
                ResourceVersion = $"{++_version}",
                Annotations = asked is null ? null : new Dictionary<string, string> { [ChatOpsKinds.InvocationAnnotation] = asked },
            },
            Spec = (spec ?? new()) with { Target = target, Driver = driver },
            Status = status ?? new(),
        };
        _objects[name] = (JsonObject)JsonSerializer.SerializeToNode(snapshot, ResourceJson.Default.Snapshot)!;
        _final[name] = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task FinalAsync(string name) => _final[name].Task;

    public IEnumerable<SnapshotPhase> Phases(string name) => _phases.Where(at => at.Name == name).Select(at => at.Phase).Distinct();

    public Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, string? ns, Selection selection, CancellationToken ct)
        where T : IResource
    {
        lock (_objects)
        {
            // Whoever makes one by hand gives it no label.
            Assert.Equal(Selection.All, selection);
            return Task.FromResult(new ResourceList<T>([.. _objects.Values.Select(Parse).Cast<T>()], $"{_version}"));
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? ns, Selection selection, string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        where T : IResource
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(ct))
            yield return new(WatchEventType.Modified, (T)(IResource)change);
    }

    public async Task<T> PatchAsync<T>(ResourceKind<T> kind, string? ns, string name, Patch patch, CancellationToken ct,
        string? subresource = null)
        where T : IResource
    {
        Assert.Equal(("status", "ns"), (subresource, ns));
        if (_phases.Count > 0 && RefuseAfterStart-- > 0)
            await AskNobodyAsync(ct);
        lock (_objects)
        {
            var stored = _objects[name];
            Merge(stored, (JsonObject)patch.Body);
            stored["metadata"]!["resourceVersion"] = $"{++_version}";
            var now = Parse(stored);
            _phases.Add((name, now.Status.Phase));
            _changes.Writer.TryWrite(now);
            if (now.Status.IsFinal)
                _final[name].TrySetResult();
            return (T)(IResource)now;
        }
    }

    public Task<T> GetAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : IResource => throw new NotSupportedException();

    public Task<T?> FindAsync<T>(ResourceKind<T> kind, string? ns, string name, CancellationToken ct)
        where T : class, IResource => throw new NotSupportedException();

    public Task<JsonObject?> FindRawAsync(ResourceKind kind, string? ns, string name, CancellationToken ct) =>
        throw new NotSupportedException();

    public async Task<T> CreateAsync<T>(ResourceKind<T> kind, string? ns, JsonObject body, CancellationToken ct)
        where T : IResource
    {
        Assert.Equal(("events", "ns"), (kind.Plural, ns));
        if (RefuseEvents)
            await AskNobodyAsync(ct);
        _events.Enqueue(body);
        return default!;
    }

    public Task PostAsync(ResourceKind kind, string? ns, string name, string subresource, JsonObject body, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task DeleteAsync(ResourceKind kind, string? ns, string name, Deletion deletion, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<Stream> LogsAsync(string ns, string pod, LogQuery query, CancellationToken ct) => throw new NotSupportedException();

    public Task<string> VersionAsync(CancellationToken ct) => Task.FromResult("v1.35.2");

    /// <summary>Throws what the real client throws when no API server answers: nothing listens on port 1.</summary>
    private static async Task AskNobodyAsync(CancellationToken ct)
    {
        using var client = new KubernetesClient(new ClusterConnection(new Uri("http://127.0.0.1:1")));
        await client.VersionAsync(ct);
    }

    private static Snapshot Parse(JsonObject stored) => stored.Deserialize(ResourceJson.Default.Snapshot)!;

    // RFC 7386.
    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
                into.Remove(key);
            else if (value is JsonObject inner && into[key] is JsonObject old)
                Merge(old, inner);
            else
                into[key] = value.DeepClone();
        }
    }
}
