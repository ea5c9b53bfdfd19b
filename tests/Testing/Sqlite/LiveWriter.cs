using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ChatOps.Testing.Sqlite;

/// <summary>What a writer saw of its own work.</summary>
public sealed record WriterStory(long Commits, IReadOnlyList<string> Errors, double P50, double P99, double Max);

/// <summary>How a writer behaves.</summary>
/// <param name="Key">64 hex digits for SQLCipher; null for plain SQLite.</param>
/// <param name="Follow">A second database that gets each number after the first one has it.</param>
public sealed record WriterHabits(
    string? Key = null, int CheckpointEvery = 200, int ReopenEvery = 0, int PaceMilliseconds = 0, string? Follow = null,
        string Mode = "wal");

/// <summary>
/// A separate process (locks are per process) that writes to a database without pause, with the engine and habits of Signal Desktop.
/// </summary>
public sealed class LiveWriter : IAsyncDisposable
{
    private readonly Process _process;

    private LiveWriter(Process process) => _process = process;

    public static async Task<LiveWriter> StartAsync(string database, WriterHabits habits)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        Add(start, NodeParts.Script("signal-writer.mjs"), database);
        Add(start, "--checkpoint-every", Text(habits.CheckpointEvery), "--reopen-every", Text(habits.ReopenEvery));
        Add(start, "--pace-ms", Text(habits.PaceMilliseconds), "--mode", habits.Mode);
        if (habits.Key is not null)
            Add(start, "--key", habits.Key);
        if (habits.Follow is not null)
            Add(start, "--follow", habits.Follow);
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        return await process.StandardOutput.ReadLineAsync() == "ready"
            ? new(process)
            : throw new InvalidOperationException("the writer did not get ready");
    }

    /// <summary>Stops it and returns its story. Errors it printed on the way are in it.</summary>
    public async Task<WriterStory> StopAsync()
    {
        _process.StandardInput.Close();
        var last = "";
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            last = line;
        await _process.WaitForExitAsync();
        using var story = last.StartsWith('{') ? JsonDocument.Parse(last) : throw new InvalidOperationException($"the writer died: {last}");
        var root = story.RootElement;
        return new(
            root.GetProperty("commits").GetInt64(),
            [.. root.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!)],
            root.GetProperty("p50").GetDouble(), root.GetProperty("p99").GetDouble(), root.GetProperty("max").GetDouble());
    }

    /// <summary>As kill -9: nothing is closed, the WAL stays.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static void Add(ProcessStartInfo start, params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
