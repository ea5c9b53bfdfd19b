using System.Diagnostics;
using System.Globalization;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Testing;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>Stores of LevelDB, as Chromium and Electron keep IndexedDB and Local Storage in: a copy opens, or is listed.</summary>
public sealed class LevelDbTests : IDisposable
{
    private const string Store = "IndexedDB/app.leveldb";
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly Home _home = new();

    [Fact]
    [Trait("prove", "wednesday")]
    public async Task Every_copy_of_one_that_is_written_all_the_time_opens_and_shows_whole_writes()
    {
        Home.NeedsNode();
        Directory.CreateDirectory(_home.At(Store));
        // What comes before it in the archive takes a while to read.
        _home.Write("IndexedDB/a", new string('x', 20_000_000));
        using var writer = Node("write", _home.At(Store));
        Assert.Equal("busy", await writer.StandardOutput.ReadLineAsync(Token));
        var written = 0;
        for (var i = 0; i < Proof.Size(5, 60); i++)
        {
            var manifest = await _home.SnapshotAsync();
            Assert.DoesNotContain(manifest.ChangedWhileReading, path => path.StartsWith(Store, StringComparison.Ordinal));
            Assert.DoesNotContain(manifest.Vanished, path => path.EndsWith(".ldb", StringComparison.Ordinal));
            var into = _home.Aside($"into{i}");
            await _home.RestoreAsync(manifest.Name, into);
            using var check = Node("check", Path.Combine(into, Store));
            var (output, error) = (await check.StandardOutput.ReadToEndAsync(Token), await check.StandardError.ReadToEndAsync(Token));
            Assert.True(output.Split(' ') is [_, var last] && int.Parse(last, CultureInfo.InvariantCulture) > written, $"{output}{error}");
            written = int.Parse(output.Split(' ')[1], CultureInfo.InvariantCulture);
            Directory.Delete(into, recursive: true);
        }
        writer.StandardInput.Close();
        await writer.WaitForExitAsync(Token);
    }

    [Fact]
    public void What_is_held_outlives_compactions_and_does_not_grow()
    {
        MakeStore();
        using var directory = PosixFile.OpenDirectory(null, _home.At(Store));
        using var held = LevelDbFolder.TryHold(directory)!;
        Assert.Equal(["000003.log", "000005.ldb", "CURRENT", "MANIFEST-000002"], held.Files.Select(part => part.Name));
        File.AppendAllText(_home.At($"{Store}/000003.log"), "more");
        File.Delete(_home.At($"{Store}/000005.ldb"));
        Assert.Equal(3, held.Files[0].State.Size);
        var table = new byte[5];
        Assert.Equal(5, RandomAccess.Read(held.Files[1].File, table, 0));
        Assert.Equal("table"u8, table);
    }

    [Fact]
    public async Task Each_of_its_files_is_in_the_archive_once_with_what_lies_beside()
    {
        MakeStore();
        _home.Write($"{Store}/LOG", "for people");
        _home.Write($"{Store}/000009.log.bak", "no part of it");
        _home.Write($"{Store}/inside/CURRENT", "no store");
        var manifest = await _home.SnapshotAsync();
        Assert.Equal((7L, true), (manifest.FileCount, manifest.IsClean));
        await _home.VerifyAsync(manifest.Name);
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        Assert.Equal(
            ["000003.log", "000005.ldb", "000009.log.bak", "CURRENT", "LOG", "MANIFEST-000002", "inside/CURRENT"],
            Directory.GetFiles(Path.Combine(_home.Aside("into"), Store), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Path.Combine(_home.Aside("into"), Store), path)).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _home.Dispose();

    private void MakeStore()
    {
        _home.Write($"{Store}/CURRENT", "MANIFEST-000002\n");
        _home.Write($"{Store}/MANIFEST-000002", "manifest");
        _home.Write($"{Store}/000003.log", "log");
        _home.Write($"{Store}/000005.ldb", "table");
    }

    private static Process Node(string what, string store) => Process.Start(new ProcessStartInfo(
        "node", [NodeParts.Script("leveldb.mjs"), what, store])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
