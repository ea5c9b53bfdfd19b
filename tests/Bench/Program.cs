using ChatOps.Bench;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

int Option(string name, int fallback) => Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1]) : fallback;
bool Wanted(string name) => Array.IndexOf(args, "--only") is not (>= 0 and var at) || args[at + 1].Split(',').Contains(name);

var (megabytes, rounds) = (Option("--size", 300), Option("--rounds", 3));
var sidecar = args is [var program, ..] && File.Exists(program)
    ? program
    : throw new ArgumentException("name the published sidecar first: make bench does");
var bot = args is [_, var second, ..] && File.Exists(second) ? second : throw new ArgumentException("and the published bot second");

async Task InAsync(Func<Peers, Task> bench)
{
    var root = Directory.CreateTempSubdirectory("sidecar-bench-").FullName;
    try
    {
        await bench(new(sidecar, root));
    }
    finally
    {
        Directory.Delete(root, recursive: true);
    }
}

if (Wanted("throughput"))
    await InAsync(async peers =>
    {
        Tree.Make(peers.Home, megabytes);
        Table.Print($"throughput on {megabytes} MB, medians of {rounds} rounds",
            await new ThroughputBench(peers, rounds).RunAsync(megabytes * 1_000_000L));
    });
if (Wanted("files"))
    await InAsync(async peers =>
    {
        const int Files = 100_000;
        var bytes = Tree.MakeSmall(peers.Home, Files);
        Table.Print($"{Files:N0} files of 2 kB, medians of {rounds} rounds", await new ThroughputBench(peers, rounds).RunAsync(bytes));
    });
if (Wanted("writer"))
    await InAsync(async peers =>
    {
        if (NodeParts.Installed)
            Table.Print($"a writer while its database of {megabytes} MB is copied",
                await new WriterBench(peers, TimeSpan.FromSeconds(10)).RunAsync(megabytes));
        else
            Console.WriteLine(NodeParts.HowToGet);
    });
if (Wanted("memory"))
    Table.Print("peak memory by the size of the home",
    [
        ["home", "snapshot", "restore"],
        .. await Task.WhenAll(new[] { 100, 1000, 5000 }.Where(size => size <= Option("--largest", 5000)).Select(size => MemoryAsync(size))),
    ]);
if (Wanted("sidecar"))
    await new SidecarBench(sidecar).RunAsync();
if (Wanted("bot"))
    await new BotBench(bot, Option("--targets", 1000), Option("--rate", 200), TimeSpan.FromSeconds(Option("--seconds", 30))).RunAsync();
if (Wanted("start"))
    await InAsync(async peers =>
    {
        List<Measured> starts = [];
        for (var i = 0; i < 20; i++)
            starts.Add(await peers.ListAsync());
        var peak = new ByteSize(starts.Max(start => start.PeakBytes));
        Table.Print("start-up: `sidecar list` of an empty store, median of 20",
            [["time", "peak memory"], [$"{Table.Median(starts.Select(start => start.Time.TotalMilliseconds)):0} ms", $"{peak}"]]);
    });

async Task<string[]> MemoryAsync(int size)
{
    string[] row = [];
    await InAsync(async peers =>
    {
        Tree.Make(peers.Home, size);
        var (snapshot, restore) = (await peers.SnapshotAsync(), await peers.RestoreAsync(peers.Aside("restored")));
        row = [$"{size} MB", $"{new ByteSize(snapshot.PeakBytes)}", $"{new ByteSize(restore.PeakBytes)}"];
    });
    return row;
}
