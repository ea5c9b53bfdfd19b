using ChatOps.Bench;

int Option(string name, int fallback) => Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1]) : fallback;

var root = Directory.CreateTempSubdirectory("sidecar-bench-").FullName;
try
{
    await new SnapshotBench(root, Option("--size", 300), Option("--rounds", 3)).RunAsync();
}
finally
{
    Directory.Delete(root, recursive: true);
}
