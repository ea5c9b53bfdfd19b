using System.Globalization;
using ChatOps.Cluster.Kubelet;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>Which program of this machine stands behind each image of the demo.</summary>
internal static class ContainerPrograms
{
    private const int VncPort = 6901;

    private static readonly (string Variable, string Path)[] Directories =
        [("SIDECAR_HOME", "/home/kasm-user"), ("SIDECAR_STORE", "/archives"), ("SIDECAR_SCRATCH", "/scratch")];

    public static IReadOnlyDictionary<string, ContainerProgram> For(DemoOptions options, string kubeconfig) =>
        new Dictionary<string, ContainerProgram>
        {
            ["kasmweb/signal"] = options.Signal ? SignalEngine() : c => c.Start(
                "dotnet", Library("chatops-demo.dll"), "writer", c.HostPath("/home/kasm-user"), Port(c), $"{options.SeedMegabytes}",
                $"{options.WriterPause.TotalMilliseconds}"),
            ["chatops/sidecar"] = c =>
            {
                var start = c.Start(OwnPrograms.Sidecar[0], [.. OwnPrograms.Sidecar[1..], .. c.Args.Select(c.Substitute)]);
                // Where a pod has its projected token, this one has a file.
                start.Environment["KUBECONFIG"] = kubeconfig;
                // What its file says of the pod's directories holds in a pod alone.
                foreach (var (variable, path) in Directories.Where(d => c.Mounts.ContainsKey(d.Path)))
                    start.Environment[variable] = c.HostPath(path);
                foreach (var (variable, value) in options.SidecarVariables) start.Environment[variable] = value;
                return start;
            },
        };

    private static ContainerProgram SignalEngine()
    {
        var modules = Modules() ?? throw new FaultException(new(
            "NoSignalEngine", "the engine of Signal Desktop is not installed", "Run: make prerequisites"));
        return c => c.Start("node", Library("signal-writer.mjs"), c.HostPath("/home/kasm-user"), Port(c), modules);
    }

    /// <summary>The folder of npm packages of the checkout this was built from.</summary>
    private static string? Modules()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var modules = Path.Combine(folder.FullName, "tests", "node", "node_modules");
            if (Directory.Exists(Path.Combine(modules, "@signalapp", "sqlcipher"))) return modules;
        }
        return null;
    }

    private static string Library(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static string Port(ContainerContext container) => container.HostPort(VncPort).ToString(CultureInfo.InvariantCulture);
}
