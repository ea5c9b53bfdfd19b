using System.Collections.Concurrent;
using System.Security.Cryptography;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>
/// A whole installation in one process tree: an API server, a kubelet whose pods are processes, the live writer and the real sidecar in
/// pod <c>ghostwire-0</c>, the real bot. Disposed, it leaves nothing but what was to be kept.
/// </summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    private readonly DemoOptions _options;
    private readonly string _root;
    private readonly ChildSpawner _spawner = new();
    private readonly ConcurrentDictionary<int, int> _ports = new();
    private readonly string _webKey = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly List<IAsyncDisposable> _parts = [];
    private string? _botKubeconfig;
    private string _settings = "";
    private BotProcess? _bot;

    private DemoWorld(DemoOptions options)
    {
        _options = options;
        _root = options.Keep is null
            ? Directory.CreateTempSubdirectory("chatops-demo-").FullName
            : Directory.CreateDirectory(Path.GetFullPath(options.Keep)).FullName;
    }

    public string SignInLink { get; private set; } = "";

    public string Kubeconfig => Path.Combine(_root, "kubeconfig");

    public string Home => Path.Combine(_root, "volumes", "signal", "signal-data-ghostwire-0");

    public string Archives => Path.Combine(_root, "volumes", "signal", "ghostwire-archives");

    /// <summary>The API server in this process; null when another one is used.</summary>
    public EmbeddedCluster? Embedded { get; private set; }

    public string Welcome => _botKubeconfig is null
        ? $"""

        ChatOps is running on the cluster of KUBECONFIG.

          sign in   {SignInLink}

        Try /targets. Ctrl-C ends the bot; what it began it takes up again at the next start.
        """
        : $"""

        ChatOps is running.

          sign in   {SignInLink}
          kubectl   KUBECONFIG={Kubeconfig} kubectl -n signal get pods,snapshots
          home      {Home}
          archives  {Archives}

        Try /snapshot ghostwire, then /deploy ghostwire 1.19.0, and approve it as approver.
        /deploy ghostwire missing shows how it goes back by itself. /schedule shows the snapshot that is taken
        every five minutes. Ctrl-C ends everything.
        """;

    /// <summary>With an API server of its own.</summary>
    public static Task<DemoWorld> StartAsync(DemoOptions options, CancellationToken ct) => BuildAsync(options, async world =>
    {
        world.Embedded = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { VolumesRoot = Path.Combine(world._root, "volumes") }, ct);
        world._parts.Add(world.Embedded);
        return world.Embedded.Kubeconfig;
    }, ct);

    /// <summary>On an API server that is there already; pods run here all the same.</summary>
    /// <param name="kubeconfig">The text of a kubeconfig that may do everything.</param>
    public static Task<DemoWorld> StartOnAsync(string kubeconfig, DemoOptions options, CancellationToken ct) =>
        BuildAsync(options, _ => Task.FromResult(kubeconfig), ct);

    /// <summary>Only the bot, against the cluster of KUBECONFIG.</summary>
    public static async Task<DemoWorld> OnClusterAsync(DemoOptions options, string? settings, CancellationToken ct)
    {
        var world = new DemoWorld(options);
        world._settings = settings ?? throw new FaultException(new(
            "NoSettings", "--cluster needs to know what the bot may touch",
            "Write a chatops.yaml (demo/World/chatops.yaml is one) and name it with --config"));
        await world.StartBotAsync(ct);
        return world;
    }

    /// <summary>Starts the bot, at first or after a kill; the page keeps its address and its sessions.</summary>
    public async Task StartBotAsync(CancellationToken ct)
    {
        _bot = await BotProcess.StartAsync(_spawner, "chatops-bot-0", _settings, _botKubeconfig, _webKey, _options);
        SignInLink = await _bot.SaysAsync("sign in: ", ct);
    }

    /// <summary>Starts one more bot with the same settings and a page of its own; it stands by while another leads.</summary>
    /// <param name="kubeconfig">Another way to the API server than the others have.</param>
    public async Task<BotProcess> StartAnotherBotAsync(string name, CancellationToken ct, string? kubeconfig = null)
    {
        var settings = Path.Combine(_root, $"{name}.yaml");
        await File.WriteAllTextAsync(settings, Manifests.Settings(_options, HostPorts.Take()), ct);
        var bot = await BotProcess.StartAsync(_spawner, name, settings, kubeconfig ?? _botKubeconfig, _webKey, _options);
        _parts.Add(bot);
        return bot;
    }

    /// <summary>The bot that was started last.</summary>
    public BotProcess Bot => _bot!;

    public Task KillBotAsync() => _bot!.KillAsync();

    /// <summary>Completes when the bot has ended or the person wants to end.</summary>
    public async Task Ended(CancellationToken ct) => await _bot!.Exited.WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (_bot is not null) await _bot.DisposeAsync();
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _spawner.Dispose();
        if (_options.Keep is null) Directory.Delete(_root, recursive: true);
    }

    private static async Task<DemoWorld> BuildAsync(DemoOptions options, Func<DemoWorld, Task<string>> server, CancellationToken ct)
    {
        var world = new DemoWorld(options);
        try
        {
            await world.BuildAsync(await server(world), ct);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    private async Task BuildAsync(string kubeconfig, CancellationToken ct)
    {
        await File.WriteAllTextAsync(Kubeconfig, kubeconfig, ct);
        _botKubeconfig = Kubeconfig;
        var connection = ChatOps.Kubernetes.Kubeconfig.Load([Kubeconfig]).Connect();
        var client = new KubernetesClient(connection);
        await Manifests.ApplyAsync(client, _options, ct);
        // Other users have to get through to their volumes.
        if (_options.Users is not null && OperatingSystem.IsLinux()) File.SetUnixFileMode(_root, (UnixFileMode)0x1C9);
        var kubelet = await ProcessKubelet.StartAsync(client, new KubeletOptions
        {
            Root = _root,
            Programs = ContainerPrograms.For(_options, SidecarKubeconfig(kubeconfig)),
            MapPort = (_, port) => _ports.GetOrAdd(port, _ => HostPorts.Take()),
            CrashBackoff = TimeSpan.FromSeconds(1),
            Users = _options.Users,
        });
        Embedded?.Logs = kubelet;
        _parts.Add(kubelet);
        await WaitForGhostwireAsync(client, ct);
        _settings = Path.Combine(_root, "chatops.yaml");
        var port = _options.Port == 0 ? HostPorts.Take() : _options.Port;
        await File.WriteAllTextAsync(_settings, Manifests.Settings(_options, port), ct);
        await StartBotAsync(ct);
    }

    private static async Task WaitForGhostwireAsync(KubernetesClient client, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            await client.WaitForAsync(
                Kinds.StatefulSets, "signal", "ghostwire", s => s?.Status.ReadyReplicas == 1, TimeProvider.System, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            var pods = await client.ListAsync(Kinds.Pods, "signal", Selection.All, ct);
            var states = string.Join("; ", pods.Items.SelectMany(p => p.Status.AllContainers).Select(c => $"{c.Name}: {c.State}"));
            throw new FaultException(new(
                "DemoNotReady", $"pod ghostwire-0 did not become ready within 90 s ({states})",
                "Is another demo using all of this machine?"));
        }
    }

    /// <summary>The same server, seen from the pod's namespace.</summary>
    private string SidecarKubeconfig(string kubeconfig)
    {
        var path = Path.Combine(_root, "sidecar.kubeconfig");
        File.WriteAllText(path, kubeconfig.Replace("namespace: default", "namespace: signal", StringComparison.Ordinal));
        return path;
    }
}
