using System.Collections.Concurrent;
using ChatOps.Cluster;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>
/// A machine as the pages expect it: a cluster with nothing in it, a checkout, helm, kubectl, zstd and age on the path, and the sidecar as
/// a person copies it out of its image. Pods are processes of this machine.
/// </summary>
/// <remarks>
/// The cluster is the embedded one: the API server at hand is older than native sidecars, which the pages use, and drops them.
/// </remarks>
internal sealed class NewcomersMachine : IAsyncDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly ConcurrentDictionary<int, int> _ports = new();
    private readonly Dictionary<string, string> _variables = [];
    private ClusterUnderTest? _cluster;

    public Terminal Terminal => new(Path.Combine(_root.Path, "checkout"), _variables);

    public static async Task<NewcomersMachine> StartAsync()
    {
        Requirements.Need(Tools.Helm is null || Tools.Kubectl is null ? "no helm and kubectl: run `make prerequisites`" : null);
        foreach (var program in (string[])["age", "zstd", "tar"])
            Requirements.Need(IsOnPath(program) ? null : $"no {program}: run `make prerequisites`");
        var machine = new NewcomersMachine();
        try
        {
            await machine.SetUpAsync();
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the pods are and what they say: for whoever has to find out why a page does not work.</summary>
    public async Task<string> StateAsync() => (await Terminal.RunAsync("""
        kubectl get pods -A -o wide
        kubectl get events -A | tail -15
        kubectl -n chatops logs deployment/chatops --tail 15
        kubectl -n signal logs ghostwire-0 --all-containers --tail 15
        """)).Shown;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _root.Dispose();
    }

    private async Task SetUpAsync()
    {
        var (home, bin, checkout, chart) = (Folder("home"), Folder("bin"), Folder("checkout"), Folder("ghostwire/templates"));
        Directory.CreateSymbolicLink(Path.Combine(checkout, "charts"), Path.Combine(Repository.Root, "charts"));
        File.CreateSymbolicLink(Path.Combine(bin, "helm"), Tools.Helm!);
        File.CreateSymbolicLink(Path.Combine(bin, "kubectl"), Tools.Kubectl!);
        File.CreateSymbolicLink(Path.Combine(bin, "sidecar"), Path.Combine(AppContext.BaseDirectory, "sidecar"));

        // Ghostwire's own chart is somebody else's; this one renders what that one does.
        var release = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Charts", "ghostwire-release.yaml");
        await File.WriteAllTextAsync(Path.Combine(chart, "..", "Chart.yaml"), "{apiVersion: v2, name: ghostwire, version: 1.0.0}");
        File.Copy(release, Path.Combine(chart, "release.yaml"));

        var kubelet = Path.Combine(_root.Path, "kubelet");
        _cluster = await ClusterUnderTest.StartAsync("embedded", new() { VolumesRoot = Path.Combine(kubelet, "volumes") });
        var programs = new ImagePrograms(_cluster.KubeconfigPath).All;
        int PortFor(int port) => _ports.GetOrAdd(port, _ => HostPorts.Take());
        await _cluster.StartKubeletAsync(programs, o => o with { Root = kubelet, MapPort = (_, port) => PortFor(port) });

        _variables["HOME"] = home;
        _variables["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        _variables["KUBECONFIG"] = _cluster.KubeconfigPath;
        _variables["GHOSTWIRE_CHART"] = Path.Combine(_root.Path, "ghostwire");
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root.Path, name)).FullName;

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
