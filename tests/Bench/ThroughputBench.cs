using ChatOps.Values;

namespace ChatOps.Bench;

/// <summary>
/// Snapshots and restores beside what people use today, on the same tree in turns: medians, and ratios to the first row of their kind.
/// </summary>
internal sealed class ThroughputBench(Peers peers, int rounds)
{
    public async Task<List<string[]>> RunAsync(long bytes)
    {
        var kinds = new (string Name, int Reference, Func<Task<Measured>> Run)[]
        {
            ("tar c | zstd -T0 -3", 0, peers.TarAsync),
            ("restic backup", 0, peers.ResticAsync),
            ("sidecar snapshot", 0, () => peers.SnapshotAsync()),
            ("zstd -d | tar x", 3, () => peers.UntarAsync(peers.Aside("untar"))),
            ("restic restore", 3, () => peers.ResticRestoreAsync(peers.Aside("resticked"))),
            ("sidecar restore", 3, () => peers.RestoreAsync(peers.Aside("restored"))),
        };
        var runs = kinds.Select(_ => new List<Measured>()).ToList();
        // The first round fills the page cache for all of them.
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < kinds.Length; i++)
            {
                var run = await kinds[i].Run();
                if (round > 0)
                    runs[i].Add(run);
            }
        }
        var times = runs.ConvertAll(of => Table.Median(of.Select(run => run.Time.TotalSeconds)));
        return
        [
            ["", "time", "bytes/s", "ratio", "peak memory"],
            .. kinds.Select((kind, i) => (string[])
            [
                kind.Name, $"{times[i]:0.00} s", $"{new ByteSize((long)(bytes / times[i]))}/s", $"{times[kind.Reference] / times[i]:0.00}",
                // A pipe of two has no peak of its own.
                kind.Name.Contains('|', StringComparison.Ordinal) ? "" : $"{new ByteSize(runs[i].Max(run => run.PeakBytes))}",
            ]),
        ];
    }
}
