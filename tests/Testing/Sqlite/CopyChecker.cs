using System.Diagnostics;
using System.Text.Json;

namespace ChatOps.Testing.Sqlite;

/// <summary>What Signal's own engine says of a copy; no problems means integrity_check, the sum and the log all hold.</summary>
public sealed record CopyVerdict(long Last, IReadOnlyList<string> Problems);

/// <summary>Opens copies with the engine that wrote them, one process for many copies.</summary>
public sealed class CopyChecker : IAsyncDisposable
{
    private readonly Process _process;

    /// <param name="key">64 hex digits for SQLCipher; null for plain SQLite.</param>
    /// <param name="options">What the checker program takes besides, where it is not our own writer's database.</param>
    public CopyChecker(string? key, params ReadOnlySpan<string> options)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(NodeParts.Script("signal-check.mjs"));
        if (key is not null)
        {
            start.ArgumentList.Add("--key");
            start.ArgumentList.Add(key);
        }
        foreach (var option in options)
            start.ArgumentList.Add(option);
        _process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
    }

    public async Task<CopyVerdict> CheckAsync(string path)
    {
        await _process.StandardInput.WriteLineAsync(path);
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the checker died");
        using var verdict = JsonDocument.Parse(line);
        return new(
            verdict.RootElement.GetProperty("last").GetInt64(),
            [.. verdict.RootElement.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
