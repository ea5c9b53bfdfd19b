using System.Collections.Concurrent;
using System.Diagnostics;
using ChatOps.Cluster.Kubelet;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>The real bot as a process of its own; killed, it is simply started again.</summary>
internal sealed class BotProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _said = [];

    private BotProcess(Process process, Action<string> log)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, log), ReadAsync(process.StandardError, log));
    }

    public Task Exited => _process.WaitForExitAsync();

    /// <summary>How it ended, once it has.</summary>
    public int ExitCode => _process.ExitCode;

    /// <param name="name">The name of its pod: begun anew under the same one, it leads again at once.</param>
    public static async Task<BotProcess> StartAsync(
        ChildSpawner spawner, string name, string settings, string? kubeconfig, string webKey, DemoOptions options)
    {
        string[] arguments = [.. OwnPrograms.Bot[1..], "--config", settings, "--sign-in", "operator,approver,guest"];
        var start = new ProcessStartInfo(OwnPrograms.Bot[0], arguments);
        if (kubeconfig is not null) start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["CHATOPS_WEB_KEY"] = webKey;
        start.Environment["POD_NAME"] = name;
        foreach (var (variable, value) in options.Chats.SelectMany(c => c.Variables)) start.Environment[variable] = value;
        foreach (var (variable, value) in options.BotVariables) start.Environment[variable] = value;
        return new BotProcess(await spawner.StartAsync(start), options.Log);
    }

    /// <summary>What it says after these words, in the first line that has them.</summary>
    public async Task<string> SaysAsync(string words, CancellationToken ct)
    {
        var awaited = _awaited.GetOrAdd(words, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        foreach (var line in _said) Compare(line, words, awaited);
        if (await Task.WhenAny(awaited.Task, Exited).WaitAsync(ct) == awaited.Task) return await awaited.Task;
        await _reading;
        if (awaited.Task.IsCompleted) return await awaited.Task;
        throw new FaultException(new("BotEnded", $"the bot ended before it said '{words.Trim()}'", "What it said is above"));
    }

    /// <summary>SIGKILL: what a node that loses power does to it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Any other signal: <c>TERM</c> as a pod is ended, <c>STOP</c> and <c>CONT</c> as a machine that hangs for a while.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, Action<string> log)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _said.Enqueue(line);
            foreach (var (words, awaited) in _awaited) Compare(line, words, awaited);
            if (!line.StartsWith("sign in: ", StringComparison.Ordinal)) log(line);
        }
    }

    private static void Compare(string line, string words, TaskCompletionSource<string> awaited)
    {
        if (line.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at) awaited.TrySetResult(line[(at + words.Length)..]);
    }
}
