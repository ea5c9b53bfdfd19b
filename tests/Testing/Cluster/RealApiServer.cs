using System.Diagnostics;
using System.Security.Cryptography;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;

namespace ChatOps.Testing.Cluster;

/// <summary>A real etcd, kube-apiserver and kube-controller-manager on free ports, gone without a trace when disposed.</summary>
/// <remarks>The envtest convention of controller-runtime; there is no kubelet: put a process kubelet beside it.</remarks>
public sealed class RealApiServer : IAsyncDisposable
{
    internal const string AdminToken = "admin-token-of-a-test";
    private readonly string _directory = Directory.CreateTempSubdirectory("chatops-api-").FullName;
    private readonly List<Process> _processes = [];
    private readonly ChildSpawner _spawner = new();
    private readonly Queue<string> _lastWords = [];
    private readonly string _assets;

    private RealApiServer(string assets) => _assets = assets;

    public Uri Url { get; private set; } = new("https://127.0.0.1");

    /// <summary>
    /// A newer server for custom resources alone, where <c>apiextensions-apiserver</c> lies beside the others; null where it does not. It
    /// asks the older one who somebody is and what they may do.
    /// </summary>
    public Uri? CustomResources { get; private set; }

    public string KubeconfigPath => Path.Combine(_directory, "kubeconfig");

    /// <summary>Throws with what the programs last said when one of them has ended by itself.</summary>
    public void ThrowIfEnded()
    {
        if (_processes.Find(process => process.HasExited) is not { } ended)
            return;
        lock (_lastWords)
            throw new InvalidOperationException(
                $"{ended.StartInfo.ArgumentList[^1]} ended with {ended.ExitCode}:\n{string.Join('\n', _lastWords)}");
    }

    public static async Task<RealApiServer> StartAsync(string assets)
    {
        var server = new RealApiServer(assets);
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
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartProcessesAsync()
    {
        var (client, peer, secure) = (HostPorts.Take(), HostPorts.Take(), HostPorts.Take());
        using (var key = RSA.Create(2048))
            await File.WriteAllTextAsync(Path.Combine(_directory, "sa.key"), key.ExportRSAPrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(_directory, "tokens.csv"), $"{AdminToken},admin,admin,system:masters\n");
        Url = new($"https://127.0.0.1:{secure}");
        await File.WriteAllTextAsync(KubeconfigPath, Kubeconfig());
        await StartAsync("etcd", $"--data-dir={_directory}/etcd --listen-client-urls=http://127.0.0.1:{client}",
            $"--advertise-client-urls=http://127.0.0.1:{client} --listen-peer-urls=http://127.0.0.1:{peer} --unsafe-no-fsync");
        await StartAsync("kube-apiserver",
            $"--etcd-servers=http://127.0.0.1:{client} --service-cluster-ip-range=10.0.0.0/24 --secure-port={secure}",
            $"--bind-address=127.0.0.1 --cert-dir={_directory}/certificates --service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-signing-key-file={_directory}/sa.key --service-account-key-file={_directory}/sa.key",
            "--api-audiences=kubernetes.default.svc --authorization-mode=RBAC",
            $"--token-auth-file={_directory}/tokens.csv --allow-privileged");
        await WaitReadyAsync(Url);
        await StartExtensionsAsync(client);
        await StartAsync("kube-controller-manager", $"--kubeconfig={KubeconfigPath} --service-account-private-key-file={_directory}/sa.key",
            "--controllers=*,-ttl --leader-elect=false --port=0 --secure-port=0");
    }

    private async Task StartExtensionsAsync(int etcd)
    {
        const string Program = "apiextensions-apiserver";
        if (!File.Exists(Path.Combine(_assets, Program))) return;
        var port = HostPorts.Take();
        var url = new Uri($"https://127.0.0.1:{port}");
        await StartAsync(Program,
            $"--etcd-servers=http://127.0.0.1:{etcd} --etcd-prefix=/extensions --bind-address=127.0.0.1 --secure-port={port}",
            $"--cert-dir={_directory}/extensions --kubeconfig={KubeconfigPath} --authentication-kubeconfig={KubeconfigPath}",
            // Of what the older server has not: flow control in v1, admission policies.
            $"--authorization-kubeconfig={KubeconfigPath} --enable-priority-and-fairness=false",
            "--disable-admission-plugins=MutatingAdmissionPolicy,ValidatingAdmissionPolicy");
        await WaitReadyAsync(url);
        CustomResources = url;
    }

    /// <summary>SIGKILL of etcd, and a new one on its data and its port; the API server finds it by itself.</summary>
    public async Task RestartEtcdAsync()
    {
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

    private async Task WaitReadyAsync(Uri url)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {AdminToken}");
        await Eventually.TrueAsync("the real API server is ready", async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri(url, "/readyz"))).IsSuccessStatusCode
                    && (await http.GetAsync(new Uri(Url, "/api/v1/namespaces/default"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private string Kubeconfig() => $$"""
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
}
