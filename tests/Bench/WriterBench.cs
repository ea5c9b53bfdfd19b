using System.Text.Json;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Bench;

/// <summary>
/// What a writer with Signal's engine and habits (WAL, synchronous=FULL, no busy handler) feels while its database is copied: one copy
/// after another for some seconds, by each way there is.
/// </summary>
internal sealed class WriterBench(Peers peers, TimeSpan each)
{
    private readonly string _database = Path.Combine(peers.Home, "app", "plain.sqlite");
    private long _before;

    public async Task<List<string[]>> RunAsync(int megabytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_database)!);
        using (var database = PlainSqlite.Open(_database))
            database.Run($"CREATE TABLE ballast(x); WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{megabytes}) "
                + "INSERT INTO ballast SELECT randomblob(1000000) FROM n; PRAGMA journal_mode=WAL");
        var copy = peers.Aside("copy.sqlite");
        return
        [
            ["meanwhile", "commits", "p50 ms", "p99 ms", "max ms", "failed", "copies", "note"],
            await StoryAsync("nothing", () => Task.Delay(each, TimeProvider.System).ContinueWith(_ => "", TaskScheduler.Default)),
            await StoryAsync("tar c | zstd -T0 -3 (torn: the load alone)", async () =>
            {
                var run = await Peers.ShellAsync(
                    $"tar c --warning=no-file-changed -C '{peers.Home}' app | zstd -T0 -3 -q -f -o '{copy}.zst' "
                        + $"&& sync '{copy}.zst' || true");
                return $"{run.Time.TotalSeconds:0.0} s";
            }),
            await StoryAsync("sidecar snapshot", SnapshotAsync),
            await StoryAsync("VACUUM INTO", () => SqlAsync($"VACUUM INTO '{copy}'", copy)),
            await StoryAsync("sqlite3 .backup", () => SqlAsync($".backup '{copy}'", copy)),
            await StoryAsync("lock (BEGIN IMMEDIATE) and copy", () => SqlAsync(
                $".timeout 1000\nBEGIN IMMEDIATE;\n.shell cp '{_database}' '{copy}'; cp '{_database}-wal' '{copy}-wal'\nROLLBACK;", copy)),
        ];
    }

    private async Task<string> SnapshotAsync()
    {
        var run = await peers.SnapshotAsync("--json", "--exclude", ".config", "--exclude", "Documents");
        using var done = JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]);
        return $"held {done.RootElement.GetProperty("pinnedMilliseconds").GetDouble():0} ms, {run.Time.TotalSeconds:0.0} s in all";
    }

    /// <summary>One copy; a way that does not come to an end while the writer writes is cut off.</summary>
    private async Task<string> SqlAsync(string script, string copy)
    {
        foreach (var file in new[] { copy, copy + "-wal", copy + "-shm", copy + "-journal" })
            File.Delete(file);
        var run = await Peers.ShellAsync($"timeout {each.TotalSeconds:0} sqlite3 '{_database}' <<'SQL' 2>&1 || true\n{script}\nSQL");
        if (run.Time >= each)
            return $"no end within {each.TotalSeconds:0} s";
        return run.Output.Trim() is { Length: > 0 } words ? words.Split('\n')[0] : $"{run.Time.TotalSeconds:0.0} s";
    }

    private async Task<string[]> StoryAsync(string name, Func<Task<string>> copy)
    {
        await using var writer = await LiveWriter.StartAsync(_database, new(PaceMilliseconds: 5));
        var started = TimeProvider.System.GetTimestamp();
        var (copies, note) = (0, "");
        while (TimeProvider.System.GetElapsedTime(started) < each)
        {
            note = await copy();
            copies++;
        }
        var story = await writer.StopAsync();
        var commits = story.Commits - _before;
        _before = story.Commits;
        return
        [
            name, $"{commits}", $"{story.P50:0.00}", $"{story.P99:0.00}", $"{story.Max:0}", $"{story.Errors.Count}", $"{copies}", note,
        ];
    }
}
