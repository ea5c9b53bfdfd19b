using System.Diagnostics;
using System.Net;

namespace ChatOps.Bench;

/// <summary>One of our programs as a process of its own, from its start until it is killed.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(2);
    private readonly Process _process;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly TaskCompletionSource<string> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _lines = [];

    private RunningProgram(ProcessStartInfo start, string awaited)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = Process.Start(start)!;
        DataReceivedEventHandler hear = (_, line) => Hear(line.Data, awaited);
        _process.OutputDataReceived += hear;
        _process.ErrorDataReceived += hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>From the start of the process until its readiness was answered with 200.</summary>
    public TimeSpan ToReady { get; private set; }

    /// <summary>The line it said that holds the awaited words.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Starts it, waits for a line that holds <paramref name="awaited"/>, and then until it says that it is ready.</summary>
    /// <param name="ready">The address of its readiness, from that line.</param>
    public static async Task<RunningProgram> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string awaited,
        Func<string, Uri> ready)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var running = new RunningProgram(start, awaited);
        try
        {
            await running.ReadyAsync(ready);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadyAsync(Func<string, Uri> ready)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        var exited = _process.WaitForExitAsync(limit.Token);
        if (await Task.WhenAny(_said.Task, exited) == exited) throw new InvalidOperationException(string.Join('\n', _lines));
        Line = await _said.Task;
        var address = ready(Line);
        using var http = new HttpClient();
        while (!await AnswersAsync(http, address, limit.Token)) await Task.Delay(Between, TimeProvider.System, limit.Token);
        ToReady = TimeProvider.System.GetElapsedTime(_started);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(address, ct);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Hear(string? line, string awaited)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
        if (line.Contains(awaited, StringComparison.Ordinal)) _said.TrySetResult(line);
    }
}
