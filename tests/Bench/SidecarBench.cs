using System.Text.RegularExpressions;
using ChatOps.Cluster;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bench;

/// <summary>The published sidecar when nobody asks anything of it: how soon it watches, and what it holds while it waits.</summary>
internal sealed partial class SidecarBench(string sidecar)
{
    private const int Starts = 15;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    public async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sidecar-bench-").FullName;
        try
        {
            await using var cluster = await EmbeddedCluster.StartAsync();
            Crowd.Define(cluster);
            var kubeconfig = Path.Combine(folder, "kubeconfig");
            cluster.WriteKubeconfig(kubeconfig);
            List<TimeSpan> starts = [];
            for (var i = 0; i < Starts; i++)
            {
                await using var once = await StartAsync(folder, kubeconfig);
                starts.Add(once.ToReady);
            }
            await using var running = await StartAsync(folder, kubeconfig);
            await Task.Delay(Calm, TimeProvider.System);
            var idle = Resident.Of(running.Id);
            Table.Print($"`sidecar run` that waits, median start of {Starts}",
            [
                ["to ready", .. Resident.Headings],
                [$"{Table.Median(starts.Select(s => s.TotalMilliseconds)):0} ms", .. idle.Cells],
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task<RunningProgram> StartAsync(string folder, string kubeconfig)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        return RunningProgram.StartAsync(sidecar, ["run"], new Dictionary<string, string>
        {
            ["KUBECONFIG"] = kubeconfig,
            ["SIDECAR_HOME"] = home,
            ["SIDECAR_STORE"] = Directory.CreateDirectory(Path.Combine(folder, "store")).FullName,
            ["SIDECAR_TARGET"] = "bench",
            ["SIDECAR_SCRATCH"] = Path.Combine(folder, "scratch"),
            ["SIDECAR_LISTEN"] = "127.0.0.1:0",
        }, "answering probes", line => new Uri($"http://{Address().Match(line).Value}/health/ready"));
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
