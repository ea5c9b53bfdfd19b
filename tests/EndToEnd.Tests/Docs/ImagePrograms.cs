using System.Diagnostics;
using System.Globalization;
using ChatOps.Cluster.Kubelet;
using ChatOps.Demo.World;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>The programs behind the images that the pages name: the real bot, the real sidecar, and a writer in Signal's place.</summary>
internal sealed class ImagePrograms(string kubeconfig)
{
    private const int PagePort = 8080, VncPort = 6901;

    public IReadOnlyDictionary<string, ContainerProgram> All => new Dictionary<string, ContainerProgram>
    {
        ["ghcr.io/ghostwire/chatops-bot"] = Bot,
        ["ghcr.io/ghostwire/chatops-sidecar"] = Sidecar,
        ["kasmweb/signal"] = c => c.Start(
            "dotnet", Library("chatops-demo.dll"), "writer", c.HostPath("/home/kasm-user"), Number(c.HostPort(VncPort)), "4"),
    };

    public static string Library(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>A pod has an address of its own and a Service leads to it; here both are a port of this machine.</summary>
    private ProcessStartInfo Bot(ContainerContext container)
    {
        var here = $"127.0.0.1:{Number(container.HostPort(PagePort))}";
        var arguments = container.Args.Select(a => a.Replace("//chatops:80/", $"//{here}/", StringComparison.Ordinal));
        var start = container.Start(OwnPrograms.Bot[0], [.. OwnPrograms.Bot[1..], .. arguments]);
        if (start.Environment.TryGetValue("CHATOPS_CONFIG", out var config))
        {
            var everywhere = $"0.0.0.0:{PagePort}";
            var rewritten = Rewritten(config!, line => line.Replace(everywhere, here, StringComparison.Ordinal));
            // What these images are called means other images at Docker Hub.
            File.AppendAllText(rewritten, "registries: { ask: false }\n");
            start.Environment["CHATOPS_CONFIG"] = rewritten;
        }
        return In(start, "chatops");
    }

    /// <summary>Its settings name paths of the container, which are other paths of this machine.</summary>
    private ProcessStartInfo Sidecar(ContainerContext container)
    {
        var start = container.Start(OwnPrograms.Sidecar[0], [.. OwnPrograms.Sidecar[1..], .. container.Args]);
        start.Environment.TryAdd("SIDECAR_HOME", container.HostPath("/home/kasm-user"));
        if (start.Environment.TryGetValue("SIDECAR_CONFIG", out var config))
            start.Environment["SIDECAR_CONFIG"] = Rewritten(config!, container.Substitute);
        return In(start, "signal");
    }

    /// <summary>Where a pod has the token of its account, this one has a file.</summary>
    private ProcessStartInfo In(ProcessStartInfo start, string ns)
    {
        var path = $"{kubeconfig}.{ns}";
        File.WriteAllText(path, File.ReadAllText(kubeconfig).Replace("namespace: default", $"namespace: {ns}", StringComparison.Ordinal));
        start.Environment["KUBECONFIG"] = path;
        return start;
    }

    private static string Rewritten(string file, Func<string, string> line)
    {
        var beside = $"{file}.here";
        File.WriteAllLines(beside, File.ReadLines(file).Select(line));
        return beside;
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
