using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Controllers;
using ChatOps.Cluster.Failures;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Logs;
using ChatOps.Cluster.Schemas;
using ChatOps.Cluster.Storage;
using ChatOps.Cluster.Writing;

namespace ChatOps.Cluster;

/// <summary>A Kubernetes API in this process: real <c>kubectl</c> works against it unchanged until it is disposed.</summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private readonly KindCatalog _kinds = new(ShapeCatalog.Load());
    private readonly ObjectStore _store;
    private readonly ObjectWriter _writer;
    private readonly TokenCatalog _tokens;
    private readonly Api.HttpListener _listener;
    private readonly ControllerHost? _controllers;

    private EmbeddedCluster(EmbeddedClusterOptions options)
    {
        _store = new(options.HistoryWindow);
        _writer = new(_store, _kinds, options.Time);
        _tokens = new(options.RequireTokens);
        var remover = new ObjectRemover(_store, _writer, options.Time);
        Faults = new(options.Time);
        var router = new ApiRouter(_kinds, _store, _writer, remover, Faults, _tokens, () => Logs, options);
        _listener = new(router.HandleAsync, options.Port);
        var client = new ControllerClient(_store, _kinds, _writer, remover, options.Time);
        FirstObjects.Create(client);
        if (options.Controllers)
            _controllers = new(client, options);
        Faults.SwitchListener = open => open ? _listener.OpenAsync() : _listener.CloseAsync();
        Faults.CompactStore = _store.Compact;
    }

    public Uri Url => new($"http://127.0.0.1:{_listener.Port}");

    /// <summary>Ways to make the server fail on purpose.</summary>
    public ClusterFaults Faults { get; }

    /// <summary>Where pods/log reads; a kubelet in the same process sets it.</summary>
    public IContainerLogs? Logs { get; set; }

    /// <summary>A kubeconfig with one context, <c>embedded</c>, and no credentials.</summary>
    public string Kubeconfig => KubeconfigFor(null);

    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions? options = null, CancellationToken cancellation = default)
    {
        var cluster = new EmbeddedCluster(options ?? new());
        await cluster._listener.OpenAsync(cancellation);
        return cluster;
    }

    /// <summary>A kubeconfig with one context, <c>embedded</c>, that presents this bearer token.</summary>
    public string KubeconfigFor(string? token)
    {
        var user = token is null ? "{}" : $"{{token: \"{token}\"}}";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: embedded
              cluster: {"{"}server: "{Url.ToString().TrimEnd('/')}"{"}"}
            users:
            - name: embedded
              user: {user}
            contexts:
            - name: embedded
              context: {"{"}cluster: embedded, user: embedded, namespace: default{"}"}
            current-context: embedded

            """;
    }

    public void WriteKubeconfig(string path) => File.WriteAllText(path, Kubeconfig);

    /// <summary>From now on this bearer token speaks for this user.</summary>
    public void AddUserToken(string token, string user) => _tokens.Add(token, user);

    /// <summary>Server-side applies every document of a YAML text under the field manager <c>embedded</c>; a refusal throws.</summary>
    public void Apply(string yaml, string defaultNamespace = "default")
    {
        foreach (var document in YamlDocuments.Parse(yaml))
        {
            var kind = _kinds.OfKind(document.Text("apiVersion") ?? "", document.Text("kind") ?? "")
                ?? throw new ArgumentException($"no kind {document.Text("apiVersion")} {document.Text("kind")} is served", nameof(yaml));
            var ns = !kind.Namespaced ? "" : document.Namespace() is { Length: > 0 } own ? own : defaultNamespace;
            _writer.Apply(kind, ns, document.Name(), document, new WriteOptions("embedded"), force: true, out _);
        }
    }

    /// <summary>An object as it is stored now, or null; for tests and the demo, which need no client for a glance.</summary>
    public JsonObject? Find(string apiVersion, string kind, string ns, string name) =>
        _kinds.OfKind(apiVersion, kind) is { } found ? _store.Find(found.StorageKey, found.Namespaced ? ns : "", name)?.Copy() : null;

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        Faults.DropWatches();
        if (_controllers is not null)
            await _controllers.DisposeAsync();
        await _listener.DisposeAsync();
        ((IDisposable)Faults).Dispose();
    }
}
