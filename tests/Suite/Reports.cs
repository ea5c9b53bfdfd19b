using System.Text.Json;

namespace ChatOps.Suite;

/// <summary>
/// Makes results of the lines that a test program writes with <c>-reporter json</c>: each test is told when it begins and when it ends, so
/// that a program that crashes or hangs leaves no doubt about what it was at.
/// </summary>
/// <remarks>xunit.v3, in-process console runner: an object of JSON a line, told apart by <c>$type</c>, among whatever is printed.</remarks>
internal sealed class Reports(string project)
{
    private readonly Dictionary<string, string> _classes = [];
    private readonly Dictionary<string, string> _methods = [];
    private readonly Dictionary<string, (string Class, string Method, string Name, DateTimeOffset Began)> _running = [];
    private readonly Dictionary<string, (Outcome Outcome, string Said)> _ended = [];
    private readonly List<TestResult> _results = [];

    /// <summary>Whether the program came to its end, all tests told.</summary>
    public bool IsComplete { get; private set; }

    public IReadOnlyList<TestResult> Results
    {
        get { lock (_results) return [.. _results]; }
    }

    /// <summary>Tests that have begun and not ended, the oldest first.</summary>
    public IReadOnlyList<(string Name, DateTimeOffset Began)> Running
    {
        get { lock (_results) return [.. _running.Values.Select(r => (r.Name, r.Began)).OrderBy(r => r.Began)]; }
    }

    /// <summary>Takes a line; false where it is none of the runner's.</summary>
    public bool Read(string line)
    {
        // The runner colours its lines.
        var (from, to) = (line.IndexOf('{'), line.LastIndexOf('}'));
        if (from < 0 || to < from || !line.AsSpan(from).StartsWith("{\"$type\":")) return false;
        try
        {
            using var report = JsonDocument.Parse(line.AsMemory(from, to + 1 - from));
            lock (_results) Read(report.RootElement);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Nothing more will come: what still ran has not ended.</summary>
    public void End()
    {
        lock (_results)
        {
            foreach (var (id, (type, method, name, began)) in _running.ToList())
            {
                var took = TimeProvider.System.GetUtcNow() - began;
                _results.Add(new(project, type, method, name, Outcome.Unfinished, took, "it had not ended when its program did"));
                _running.Remove(id);
            }
        }
    }

    private void Read(JsonElement report)
    {
        switch (Text(report, "$type"))
        {
            case "test-class-starting":
                _classes[Text(report, "TestClassUniqueID")] = Text(report, "TestClassName");
                break;
            case "test-method-starting":
                _methods[Text(report, "TestMethodUniqueID")] = Text(report, "MethodName");
                break;
            case "test-starting":
                var type = _classes.GetValueOrDefault(Text(report, "TestClassUniqueID"), "");
                var method = $"{type}.{_methods.GetValueOrDefault(Text(report, "TestMethodUniqueID"))}";
                _running[Text(report, "TestUniqueID")] =
                    (type, method, Text(report, "TestDisplayName"), report.GetProperty("StartTime").GetDateTimeOffset());
                break;
            case "test-passed":
                _ended[Text(report, "TestUniqueID")] = (Outcome.Passed, "");
                break;
            case "test-failed":
                _ended[Text(report, "TestUniqueID")] = (Outcome.Failed, Failure(report));
                break;
            case "test-skipped":
                _ended[Text(report, "TestUniqueID")] = (Outcome.Skipped, Text(report, "Reason"));
                break;
            case "test-not-run":
                _running.Remove(Text(report, "TestUniqueID"));
                break;
            case "test-finished":
                Finish(report);
                break;
            case "test-assembly-finished":
                IsComplete = true;
                break;
            case "error-message":
            case "test-assembly-cleanup-failure":
            case "test-case-cleanup-failure":
            case "test-class-cleanup-failure":
            case "test-cleanup-failure":
            case "test-collection-cleanup-failure":
            case "test-method-cleanup-failure":
                var of = _classes.GetValueOrDefault(Text(report, "TestClassUniqueID"), "");
                _results.Add(new(project, of, "", $"{Text(report, "$type")} {of}".Trim(), Outcome.Failed, default, Failure(report)));
                break;
        }
    }

    private void Finish(JsonElement report)
    {
        var id = Text(report, "TestUniqueID");
        if (!_running.Remove(id, out var test) || !_ended.Remove(id, out var end)) return;
        var output = Text(report, "Output").Trim();
        var said = end.Outcome == Outcome.Failed && output.Length > 0 ? $"{end.Said}\n{output}" : end.Said;
        // Not the time xunit measures: what a test waits for in its fixture and its end is part of what it costs.
        var took = report.GetProperty("FinishTime").GetDateTimeOffset() - test.Began;
        _results.Add(new(project, test.Class, test.Method, test.Name, end.Outcome, took, said));
    }

    private static string Failure(JsonElement report) => string.Join('\n', Texts(report, "Messages").Concat(Texts(report, "StackTraces")));

    private static string Text(JsonElement report, string name) =>
        report.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static IEnumerable<string> Texts(JsonElement report, string name) =>
        report.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array
            ? values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
            : [];
}
