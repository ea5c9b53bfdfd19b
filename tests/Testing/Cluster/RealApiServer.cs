using System.Diagnostics;
using System.Security.Cryptography;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;

namespace ChatOps.Testing.Cluster;

/// <summary>A real etcd, kube-apiserver and kube-controller-manager on free ports, gone without a trace when disposed.</summary>
/// <remarks>
/// The envtest convention of controller-runtime; there is no kubelet: put a process kubelet beside it. The server at hand (v1.20) knows no
/// CEL rules: it drops them from a definition that is created and refuses them in one that is applied.
/// </remarks>
public sealed class RealApiServer : IAsyncDisposable
{
    /// <summary>
    /// What a server of 1.20 serves, as far as anything here uses it: half of what it costs to start is all the others. A newer one has
    /// other versions of them, and serves all it has.
    /// </summary>
    private static readonly string[] Apis =
    [
        "v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apiregistration.k8s.io/v1", "apps/v1",
        "authentication.k8s.io/v1", "authorization.k8s.io/v1", "autoscaling/v1", "batch/v1", "coordination.k8s.io/v1",
        "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1beta1",
        "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
    ];

    private const string AdminToken = "admin-token-of-a-test";
    private readonly string _directory = Directory.CreateTempSubdirectory("chatops-api-").FullName;
    private readonly List<Process> _processes = [];
    private readonly ChildSpawner _spawner = new();
    private readonly Queue<string> _lastWords = [];
    private readonly string _assets;
    private EtcdKeys? _keys;

    private RealApiServer(string assets) => _assets = assets;

    public Uri Url { get; private set; } = new("https://127.0.0.1");

    public string KubeconfigPath => Path.Combine(_directory, "kubeconfig");

    /// <summary>The text of a kubeconfig of an administrator.</summary>
    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: real
          cluster: {server: "{{Url}}", insecure-skip-tls-verify: true}
        users:
        - name: admin
          user: {token: "{{AdminToken}}"}
        contexts:
        - name: real
          context: {cluster: real, user: admin, namespace: default}
        current-context: real

        """;

    /// <summary>Throws with what the programs last said when one of them has ended by itself.</summary>
    public void ThrowIfEnded()
    {
        if (_processes.Find(process => process.HasExited) is not { } ended)
            return;
        lock (_lastWords)
            throw new InvalidOperationException(
                $"{ended.StartInfo.ArgumentList[^1]} ended with {ended.ExitCode}:\n{string.Join('\n', _lastWords)}");
    }

    /// <summary>With the programs of <see cref="Tools.EnvTest"/>, which must be there.</summary>
    public static async Task<RealApiServer> StartAsync()
    {
        var server = new RealApiServer(Tools.EnvTest!);
        try
        {
            await server.StartProcessesAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.AsEnumerable().Reverse())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _spawner.Dispose();
        _keys?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartProcessesAsync()
    {
        var (client, peer, secure) = (HostPorts.Take(), HostPorts.Take(), HostPorts.Take());
        using (var key = RSA.Create(2048))
            await File.WriteAllTextAsync(Path.Combine(_directory, "sa.key"), key.ExportRSAPrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(_directory, "tokens.csv"), $"{AdminToken},admin,admin,system:masters\n");
        Url = new($"https://127.0.0.1:{secure}");
        var old = await IsOldAsync();
        await File.WriteAllTextAsync(KubeconfigPath, Kubeconfig);
        await StartAsync("etcd", $"--data-dir={_directory}/etcd --listen-client-urls=http://127.0.0.1:{client}",
            $"--advertise-client-urls=http://127.0.0.1:{client} --listen-peer-urls=http://127.0.0.1:{peer} --unsafe-no-fsync");
        _keys = new EtcdKeys(new Uri($"http://127.0.0.1:{client}"));
        await StartAsync("kube-apiserver",
            $"--etcd-servers=http://127.0.0.1:{client} --service-cluster-ip-range=10.0.0.0/24 --secure-port={secure}",
            $"--bind-address=127.0.0.1 --cert-dir={_directory}/certificates --service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-signing-key-file={_directory}/sa.key --service-account-key-file={_directory}/sa.key",
            "--api-audiences=kubernetes.default.svc --authorization-mode=RBAC",
            $"--token-auth-file={_directory}/tokens.csv --allow-privileged --profiling=false",
            old ? $"--enable-priority-and-fairness=false --runtime-config=api/all=false,{Served}" : "--v=0");
        await WaitReadyAsync();
        await _keys.KeepAsync();
        await StartAsync("kube-controller-manager", $"--kubeconfig={KubeconfigPath} --service-account-private-key-file={_directory}/sa.key",
            // Without its own addresses; newer ones have only one.
            $"--controllers=*,-ttl --leader-elect=false --secure-port=0 {(old ? "--port=0" : "--v=0")}");
    }

    private static string Served => string.Join(',', Apis.Select(a => $"{a}=true"));

    /// <summary>Of 1.20, as it says itself: <c>Kubernetes v1.20.2</c>.</summary>
    private async Task<bool> IsOldAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(_assets, "kube-apiserver"), ["--version"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said.StartsWith("Kubernetes v1.20.", StringComparison.Ordinal);
    }

    /// <summary>Whether nothing was done to its programs.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Takes away all that was made on it but the custom resource definitions.</summary>
    public Task EmptyAsync() => _keys!.EmptyAsync();

    /// <summary>SIGKILL of etcd, and a new one on its data and its port; the API server finds it by itself.</summary>
    public async Task RestartEtcdAsync()
    {
        IsWhole = false;
        var etcd = _processes[0];
        string[] arguments = [.. etcd.StartInfo.ArgumentList.SkipWhile(a => !a.StartsWith("--data-dir", StringComparison.Ordinal))];
        etcd.Kill(entireProcessTree: true);
        await etcd.WaitForExitAsync();
        etcd.Dispose();
        _processes.RemoveAt(0);
        await StartAsync("etcd", string.Join(' ', arguments));
        _processes.Insert(0, _processes[^1]);
        _processes.RemoveAt(_processes.Count - 1);
    }

    private async Task StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_assets, program)) { WorkingDirectory = _directory };
        foreach (var argument in string.Join(' ', arguments).Split(' '))
            start.ArgumentList.Add(argument);
        var process = await _spawner.StartAsync(start);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Remember(program, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private void Remember(string program, string? line)
    {
        lock (_lastWords)
        {
            _lastWords.Enqueue($"{program}: {line}");
            if (_lastWords.Count > 200)
                _lastWords.Dequeue();
        }
    }

    private async Task WaitReadyAsync()
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {AdminToken}");
        await Eventually.TrueAsync("the real API server is ready", async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri(Url, "/readyz"))).IsSuccessStatusCode
                    && (await http.GetAsync(new Uri(Url, "/api/v1/namespaces/default"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }
}
