using System.Diagnostics;
using ChatOps.Sidecar.Posix;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class SnapshotRunTests
{
    [Fact]
    public async Task A_home_without_databases_is_archived_and_says_so()
    {
        using var home = new Home();
        home.Write("notes/a.txt", "hello");
        var manifest = await home.SnapshotAsync();
        Assert.Empty(manifest.Databases);
        Assert.Equal("none", manifest.Cut);
        var (_, output, _) = await Cli.RunAsync(home, "snapshot");
        Assert.Contains("no databases were found", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_refused_before_anything_is_read()
    {
        using var home = new Home();
        File.WriteAllText(home.Aside("file"), "");
        var (code, _, error) = await Cli.RunAsync(home, "snapshot", "--store", home.Aside("file"));
        Assert.Equal(1, code);
        Assert.Contains("sidecar: writing to the store", error, StringComparison.Ordinal);
        var fault = await new Sidecar.Stores.DirectoryStore(home.Aside("file"), TimeProvider.System).CheckWritableAsync(default);
        Assert.Equal("StoreNotWritable", fault!.Kind);
        Assert.NotNull(fault.Hint);
    }

    [Fact]
    public async Task Links_modes_times_holes_attributes_and_empty_directories_survive()
    {
        using var home = new Home();
        var original = home.Write("docs/original", "text");
        Directory.CreateDirectory(home.At("docs/empty"));
        File.CreateSymbolicLink(home.At("docs/link"), "original");
        await Sh($"ln '{original}' '{home.At("docs/hard")}'; truncate -s 3M '{home.At("docs/sparse")}'; "
            + $"chmod 640 '{original}'; chmod 1750 '{home.At("docs/empty")}'; "
            + $"touch -d '2001-02-03 04:05:06.123456789Z' '{original}' '{home.At("docs/empty")}'; "
            + $"touch '{home.At("docs/" + new string('n', 200))}'; touch '{home.At("docs/ümlaut")}'");
        var manifest = await home.SnapshotAsync();
        var into = home.Aside("into");
        await home.RestoreAsync(manifest.Name, into);
        Assert.Equal(await Picture(home.Root), await Picture(into));
        Assert.Equal(FileState.Find(Path.Combine(into, "docs/original"))!.Value.Inode, FileState.Find(Path.Combine(into,
            "docs/hard"))!.Value.Inode);
        Assert.True(FileState.Find(Path.Combine(into, "docs/sparse"))!.Value.Allocated < 100_000);
    }

    [Fact]
    public async Task Ordinary_tar_and_zstd_restore_the_same_without_us()
    {
        using var home = new Home();
        home.Write("docs/a", "text");
        home.Write("docs/" + new string('n', 200), "long name");
        await Sh($"touch -d '2001-02-03 04:05:06.123456789Z' '{home.At("docs/a")}' '{home.At("docs")}'");
        var manifest = await home.SnapshotAsync();
        var into = Directory.CreateDirectory(home.Aside("into")).FullName;
        await Sh($"zstd -dc '{home.Store}/{manifest.Archive}' | tar x -C '{into}' "
            + $"&& rm -r '{into}/.chatops' && touch -r '{home.Root}' '{into}'");
        Assert.Equal(await Picture(home.Root), await Picture(into));
    }

    [Fact]
    public async Task Pipes_are_skipped_and_listed_and_single_instance_marks_are_left_out()
    {
        using var home = new Home();
        await Sh($"mkfifo '{home.At("pipe")}'");
        File.CreateSymbolicLink(home.At("SingletonLock"), "host-1");
        home.Write(".config/Signal/Cache/data", "x");
        home.Write("Documents/temp/mine", "x");
        var manifest = await home.SnapshotAsync();
        Assert.Equal("pipe", Assert.Single(manifest.Skipped).Path);
        Assert.Equal([".config/Signal/Cache", "SingletonLock"], manifest.Excluded);
        Assert.Equal(1, manifest.FileCount);
    }

    [Fact]
    public async Task A_file_that_never_stops_changing_is_kept_and_listed()
    {
        using var home = new Home();
        using var large = File.Open(home.Write("growing", new string('x', 3_000_000)), FileMode.Append, FileAccess.Write,
            FileShare.ReadWrite);
        var run = new Sidecar.Runs.SnapshotRun(home.Request, home.Archives, TimeProvider.System, progress =>
        {
            if (progress.Step == Sidecar.Runs.RunStep.Files)
            {
                large.WriteByte(1);
                large.Flush();
            }
        });
        var manifest = await run.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("growing", Assert.Single(manifest.ChangedWhileReading));
        await home.VerifyAsync(manifest.Name);
        await home.RestoreAsync(manifest.Name, home.Aside("into"));
        Assert.True(new FileInfo(Path.Combine(home.Aside("into"), "growing")).Length > 3_000_000);
    }

    [Fact]
    public async Task A_rollback_journal_database_at_rest_is_copied_and_walked()
    {
        using var home = new Home();
        using (var database = PlainSqlite.Open(home.At("a.db")))
            database.Run("PRAGMA user_version=7; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        var facts = Assert.Single((await home.SnapshotAsync()).Databases);
        Assert.Equal(("rollback", false, "ok", 7L), (facts.JournalMode, facts.Live, facts.Integrity, facts.UserVersion));
    }

    [Theory]
    [InlineData("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)")]
    [InlineData("CREATE TABLE t(x); BEGIN EXCLUSIVE")]
    public async Task A_database_held_exclusively_is_refused_when_told_in_words_and_with_exit_code_4(string sql)
    {
        using var home = new Home();
        using var database = PlainSqlite.Open(home.At("a.db"));
        database.Run(sql);
        var (code, _, error) = await Cli.RunAsync(home, "snapshot", "--wait", "0.3", "--on-locked", "fail");
        Assert.Equal(4, code);
        Assert.Contains("holding a.db still: a program holds it exclusively", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(home.Store));
    }

    [Fact]
    public async Task A_store_and_a_scratch_directory_inside_the_home_are_left_out()
    {
        using var home = new Home();
        home.Write("a", "a");
        var store = new Sidecar.Stores.DirectoryStore(home.At("backups"), TimeProvider.System);
        var request = home.Request with { Scratch = Directory.CreateDirectory(home.At("scratch")).FullName };
        var manifest = await new Sidecar.Runs.SnapshotRun(request, store,
            TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["backups", "scratch"], manifest.Excluded);
        Assert.Equal(1, manifest.FileCount);
    }

    [Fact]
    public async Task A_target_that_could_name_another_file_is_refused()
    {
        using var home = new Home();
        var failure = await Assert.ThrowsAsync<FaultException>(() => home.SnapshotAsync(home.Request with { Target = "../evil" }));
        Assert.Equal("BadTarget", failure.Fault.Kind);
    }

    internal static async Task Sh(string script)
    {
        using var process = Process.Start("bash", ["-c", "set -euo pipefail; " + script]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<string> Picture(string root)
    {
        const string Listing = "cd \"$0\" && find . -printf '%P %y %m %s %T@ %l\\n' | "
            + "sed 's/^\\( d [0-9]*\\) [0-9]*/\\1/; s/ d \\([0-9]*\\) [0-9]* / d \\1 /' | sort";
        var start = new ProcessStartInfo("bash", ["-c", Listing, root])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        return await process.StandardOutput.ReadToEndAsync();
    }
}
