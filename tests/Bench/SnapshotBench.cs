using System.Text.Json;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Bench;

/// <summary>
/// Puts the snapshot beside what people use today, in one run on one machine: ratios and medians, never a promise in seconds.
/// </summary>
internal sealed class SnapshotBench(string root, int megabytes, int rounds)
{
    private const string Key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static readonly string Sidecar = Path.Combine(AppContext.BaseDirectory, "sidecar");

    private string Home => Path.Combine(root, "home");

    private string Store => Path.Combine(root, "store");

    public async Task RunAsync()
    {
        Directory.CreateDirectory(Store);
        Tree.Make(Home, megabytes);
        Table.Print($"throughput on {megabytes} MB, medians of {rounds} rounds", await ThroughputAsync());
        if (NodeParts.Installed)
            Table.Print("commit times of Signal's engine (ms), synchronous=FULL", await WriterAsync());
        else
            Console.WriteLine(NodeParts.HowToGet);
    }

    private async Task<List<string[]>> ThroughputAsync()
    {
        List<Measured> ours = [], theirs = [], restores = [], unpacks = [];
        var archive = Path.Combine(root, "tar.zst");
        for (var round = 0; round < rounds + 1; round++)
        {
            var tar = await Measured.RunAsync("bash", ["-c",
                $"set -o pipefail; tar c -C '{Home}' . | zstd -T0 -3 -q -f -o '{archive}' && sync '{archive}'"]);
            var snapshot = await SnapshotAsync();
            Fresh("a");
            Fresh("b");
            var restore = await Measured.RunAsync(Sidecar, ["restore", "latest", "--into", Path.Combine(root, "a")], Environment);
            var unpack = await Measured.RunAsync(
                "bash", ["-c", $"mkdir '{root}/b' && zstd -dc '{archive}' | tar x -C '{root}/b' && sync -f '{root}/b'"]);
            foreach (var old in Directory.GetFiles(Store))
                File.Delete(old);
            // The first round fills the page cache for all of them.
            if (round == 0)
                continue;
            (ours, theirs, restores, unpacks) = ([.. ours, snapshot], [.. theirs, tar], [.. restores, restore], [.. unpacks, unpack]);
        }
        return
        [
            ["", "time", "bytes/s", "ratio", "peak memory"],
            Row("sidecar snapshot", ours, theirs), Row("tar c | zstd -T0 -3", theirs, theirs),
            Row("sidecar restore", restores, unpacks), Row("zstd -d | tar x", unpacks, unpacks),
        ];
    }

    private async Task<List<string[]>> WriterAsync()
    {
        var database = Path.Combine(Home, ".config/Signal/sql/db.sqlite");
        List<string[]> rows = [["meanwhile", "commits", "p50", "p99", "max", "errors", "held (ms, median)"]];
        rows.Add(await StoryAsync("nothing", database, () => Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System)));
        rows.Add(await StoryAsync("tar c | zstd -T0 -3", database, () => Measured.RunAsync(
            "bash", ["-c", $"tar c --exclude 'db.sqlite*' -C '{Home}' . | zstd -T0 -3 -q -f -o '{root}/tar.zst' && sync '{root}/tar.zst'"])));
        List<double> held = [];
        var row = await StoryAsync("sidecar snapshot", database, async () =>
        {
            using var done = JsonDocument.Parse((await SnapshotAsync("--json")).Output.TrimEnd().Split('\n')[^1]);
            held.Add(done.RootElement.GetProperty("pinnedMilliseconds").GetDouble());
        });
        row[^1] = $"{Median(held):0}";
        rows.Add(row);
        return rows;
    }

    private async Task<string[]> StoryAsync(string name, string database, Func<Task> meanwhile)
    {
        await using var writer = await LiveWriter.StartAsync(database, new(Key, PaceMilliseconds: 5));
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(3 * rounds))
            await meanwhile();
        var story = await writer.StopAsync();
        return [name, $"{story.Commits}", $"{story.P50:0.00}", $"{story.P99:0.00}", $"{story.Max:0.0}", $"{story.Errors.Count}", ""];
    }

    private Dictionary<string, string> Environment => new()
    {
        ["SIDECAR_HOME"] = Home,
        ["SIDECAR_STORE"] = Store,
        ["SIDECAR_TARGET"] = "bench",
        ["SIDECAR_SCRATCH"] = Path.Combine(root,
            "scratch"),
    };

    private Task<Measured> SnapshotAsync(params string[] more) => Measured.RunAsync(Sidecar, ["snapshot", .. more], Environment);

    private void Fresh(string name)
    {
        if (Directory.Exists(Path.Combine(root, name)))
            Directory.Delete(Path.Combine(root, name), recursive: true);
    }

    private string[] Row(string name, List<Measured> runs, List<Measured> reference)
    {
        var time = Median([.. runs.Select(run => run.Time.TotalSeconds)]);
        var rate = new ByteSize((long)(megabytes * 1e6 / time));
        var ratio = Median([.. reference.Select(run => run.Time.TotalSeconds)]) / time;
        return [name, $"{time:0.00} s", $"{rate}/s", $"{ratio:0.00}", name.StartsWith("sidecar", StringComparison.Ordinal)
            ? $"{new ByteSize(runs.Max(run => run.PeakBytes))}" : ""];
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
