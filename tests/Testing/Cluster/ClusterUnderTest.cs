using System.Collections.Concurrent;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;
using ChatOps.Kubernetes;

namespace ChatOps.Testing.Cluster;

/// <summary>A cluster for a test: embedded, or the real API server, each with a process kubelet where programs are given.</summary>
public sealed class ClusterUnderTest : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("chatops-cluster-").FullName;
    private readonly RealApiServer? _real;
    private readonly KubernetesClient _client;

    private ClusterUnderTest(EmbeddedCluster? embedded, RealApiServer? real)
    {
        (Embedded, _real) = (embedded, real);
        embedded?.WriteKubeconfig(KubeconfigPath);
        _client = new(Kubeconfig.Load([KubeconfigPath]).Connect());
    }

    /// <summary>Both kinds, as data of a theory.</summary>
    public static IEnumerable<string> Kinds => ["embedded", "real"];

    /// <summary>Null on the real API server.</summary>
    public EmbeddedCluster? Embedded { get; }

    /// <summary>Null on the embedded cluster.</summary>
    public RealApiServer? Real => _real;

    public ProcessKubelet? Kubelet { get; private set; }

    /// <summary>What tags mean that a test pushes anew: the digest, by the image as pods spell it.</summary>
    public ConcurrentDictionary<string, string> Pushed { get; } = [];

    public IKubernetesClient Client => _client;

    public string KubeconfigPath => _real?.KubeconfigPath ?? Path.Combine(_directory, "kubeconfig");

    /// <summary>Why this kind cannot be had here, or null.</summary>
    public static string? MissingFor(string kind) => kind == "real" && Tools.EnvTest is null
        ? "no kube-apiserver: run `make prerequisites` or set KUBEBUILDER_ASSETS"
        : null;

    public static async Task<ClusterUnderTest> StartAsync(
        string kind = "embedded", EmbeddedClusterOptions? options = null, IReadOnlyDictionary<string, ContainerProgram>? programs = null)
    {
        var cluster = kind == "real"
            ? new ClusterUnderTest(null, await RealApiServer.StartAsync())
            : new ClusterUnderTest(await EmbeddedCluster.StartAsync(options), null);
        if (programs is not null)
            await cluster.StartKubeletAsync(programs);
        return cluster;
    }

    /// <summary>Throws when a part of the cluster has ended by itself: every test after that would only time out.</summary>
    public void ThrowIfEnded()
    {
        _real?.ThrowIfEnded();
        if (Kubelet?.Completion is { IsFaulted: true } failed)
            throw failed.Exception!;
    }

    public Kubectl Kubectl() => new(Tools.Kubectl!, KubeconfigPath, Path.Combine(_directory, "discovery"));

    public async Task<ProcessKubelet> StartKubeletAsync(
        IReadOnlyDictionary<string, ContainerProgram> programs, Func<KubeletOptions, KubeletOptions>? with = null)
    {
        var options = new KubeletOptions
        {
            Root = Path.Combine(_directory, "kubelet"),
            Programs = programs,
            Pushed = Pushed,
            CrashBackoff = TimeSpan.FromSeconds(1),
            SlowStart = TimeSpan.FromSeconds(2),
        };
        if (with is not null) options = with(options);
        // Other users have to get through to the volumes.
        if (options.Users is not null && OperatingSystem.IsLinux())
            File.SetUnixFileMode(_directory, (UnixFileMode)0x1C9);
        Kubelet = await ProcessKubelet.StartAsync(Client, options);
        if (Embedded is not null)
            Embedded.Logs = Kubelet;
        return Kubelet;
    }

    public async ValueTask DisposeAsync()
    {
        if (Kubelet is not null)
            await Kubelet.DisposeAsync();
        _client.Dispose();
        if (Embedded is not null)
            await Embedded.DisposeAsync();
        if (_real is not null)
            await _real.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
