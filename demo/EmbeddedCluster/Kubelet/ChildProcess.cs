using System.Diagnostics;
using System.Runtime.InteropServices;
using ChatOps.Cluster.Logs;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// One run of a container as a process: its output goes to the log, and it can be asked to stop or be killed with all it started.
/// </summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int Terminate = 15;
    private const int KillSignal = 9;
    private readonly Process _process;

    // The number is kept because a Process forgets it when disposed, and a stop may come in that very instant.
    private ChildProcess(Process process, Task exited) => (_process, Exited, Id) = (process, exited, process.Id);

    /// <summary>Completes when the process is gone and all it wrote is in the log.</summary>
    public Task Exited { get; }

    /// <summary>As a shell counts it: 128 and the signal's number for one that died of a signal.</summary>
    public int ExitCode => _process.ExitCode;

    public int Id { get; }

    public static async Task<ChildProcess> StartAsync(
        ChildSpawner spawner, ProcessStartInfo start, ContainerUser? user, ContainerLog log, TimeProvider time)
    {
        var process = await spawner.StartAsync(start, user);
        process.StandardInput.Close();
        return new(process, WatchAsync(process, log, time));
    }

    /// <summary>SIGTERM to the process alone, as a container's first process gets it.</summary>
    public void Stop() => Send(Id, Terminate);

    /// <summary>SIGKILL to the whole group.</summary>
    public void Kill()
    {
        Send(-Id, KillSignal);
        Send(Id, KillSignal);
    }

    public void Dispose() => _process.Dispose();

    private static async Task WatchAsync(Process process, ContainerLog log, TimeProvider time)
    {
        var output = PumpAsync(process.StandardOutput, log, time);
        var errors = PumpAsync(process.StandardError, log, time);
        await process.WaitForExitAsync();
        // A grandchild may hold the pipes open for ever; what the process itself wrote is here at once.
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromMilliseconds(200), time));
        log.End();
    }

    private static async Task PumpAsync(StreamReader reader, ContainerLog log, TimeProvider time)
    {
        while (await reader.ReadLineAsync() is { } line)
            log.Append(time.GetUtcNow(), line);
    }

    private void Send(int target, int signal)
    {
        if (!Exited.IsCompleted)
            _ = Signal(target, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
