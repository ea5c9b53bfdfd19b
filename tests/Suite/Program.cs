using ChatOps.Suite;

// Runs every test project, and what failed once more alone; closes with what it cost. tests/run.sh builds and publishes before it.
var root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "ChatOps.sln"))) root = Path.GetDirectoryName(root)!;
var seed = Environment.GetEnvironmentVariable("CHATOPS_SEED");
if (SuiteOptions.Parse(args, root, seed, TimeProvider.System.GetUtcNow().DayOfWeek) is not { } options)
{
    Console.Error.WriteLine(SuiteOptions.Usage);
    return 2;
}
if (Directory.Exists(options.Results)) Directory.Delete(options.Results, recursive: true);
Directory.CreateDirectory(options.Results);
Console.WriteLine($"CHATOPS_SEED={options.Seed} replays what this run draws");

var began = TimeProvider.System.GetTimestamp();
var lanes = new Lanes(options);
using (var progress = new Progress(lanes)) await lanes.RunAsync();

var results = lanes.Runs.SelectMany(r => r.Results).ToList();
HashSet<(string, string)> passed = [];
foreach (var bad in Verdict.Again(results))
{
    var log = Path.Combine(options.Results, $"again-{bad.Method}.log");
    var run = await new TestRun(TestProject.All.Single(p => p.Name == bad.Project), options).RunAsync(log, "-method", bad.Method);
    var said = run.Results.Where(r => r.IsBad).Select(r => r.Said).Prepend(run.Broken).OfType<string>().ToList();
    if (said.Count == 0 && run.Results.Any(r => r.Outcome == Outcome.Passed)) passed.Add((bad.Project, bad.Method));
    await File.WriteAllTextAsync(Path.ChangeExtension(log, "txt"), $"at first:\n{bad.Said}\n\nalone:\n{string.Join('\n', said)}\n");
}
var broken = lanes.Runs.Where(r => r.Broken is not null).Select(r => $"{r.Project.Name}: {r.Broken}");
var verdict = Verdict.Of(results, passed, broken);
foreach (var line in Summary.Of(lanes.Runs, results, verdict, TimeProvider.System.GetElapsedTime(began), options)) Console.WriteLine(line);
await File.WriteAllLinesAsync(Path.Combine(options.Results, "tests.tsv"), Summary.Table(results));
return verdict.Passes && results.Count > 0 ? 0 : 1;
