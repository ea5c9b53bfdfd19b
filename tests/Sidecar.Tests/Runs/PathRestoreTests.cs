using System.Text.Json;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class PathRestoreTests : IDisposable
{
    private const string Config = ".config/Signal/config.json";
    private static readonly UnixTime Then = new(1_000_000_000, 0);
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly Home _home = new();

    private string Into => _home.Aside("into");

    [Fact]
    public async Task One_file_comes_into_an_empty_place_with_its_folders_and_nothing_else()
    {
        _home.Write(Config, "key");
        _home.Write(".config/Signal/other", "other");
        using (var root = PosixFile.OpenDirectory(null, _home.Root))
            PosixFile.SetMode(root, ".config", 0x1E8);
        var outcome = await RestoreAsync(Config);
        Assert.Equal([".config/"], outcome.Placed);
        Assert.Equal([Config], FilesIn(Into));
        Assert.Equal("key", File.ReadAllText(Path.Combine(Into, Config)));
        Assert.Equal(0x1E8u, FileState.Find(Path.Combine(Into, ".config"))!.Value.Mode);
    }

    [Fact]
    public async Task A_folder_and_a_glob_bring_what_lies_under_them()
    {
        foreach (var path in new[] { "a/1", "a/b/2", "c/3.txt", "c/d/4.txt", "c/5.bin" })
            _home.Write(path, path);
        await RestoreAsync("a", "**/*.txt");
        Assert.Equal(["a/1", "a/b/2", "c/3.txt", "c/d/4.txt"], FilesIn(Into));
    }

    [Fact]
    public async Task What_is_there_is_kept_beside_it_unless_it_is_the_same()
    {
        _home.Write("dir/changed", "then");
        _home.Write("dir/same", "same");
        await _home.SnapshotAsync();
        _home.Write("dir/changed", "now");
        _home.Write("dir/new", "new");
        var outcome = await RestoreIntoAsync(_home.Root, "dir");
        Assert.Equal(["dir/changed"], outcome.Placed);
        Assert.Equal(["dir/same"], outcome.Same);
        var kept = Assert.Single(outcome.Kept);
        Assert.StartsWith("dir/changed.before-restore-", kept, StringComparison.Ordinal);
        Assert.Equal("now", File.ReadAllText(_home.At(kept)));
        Assert.Equal("then", File.ReadAllText(_home.At("dir/changed")));
        Assert.Equal(["dir/changed", kept, "dir/new", "dir/same"], FilesIn(_home.Root));
    }

    [Fact]
    public async Task A_database_does_not_meet_the_log_of_the_one_that_was_there()
    {
        using (var database = PlainSqlite.Open(_home.At("a.db")))
            database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        await _home.SnapshotAsync();
        File.WriteAllText(_home.At("a.db-wal"), "the log of another");
        var outcome = await RestoreIntoAsync(_home.Root, "a.db");
        Assert.Equal(2, outcome.Kept.Count);
        Assert.False(File.Exists(_home.At("a.db-wal")));
        Assert.Equal("the log of another", File.ReadAllText(_home.At(
            outcome.Kept.Single(kept => kept.StartsWith("a.db-wal", StringComparison.Ordinal)))));
        using var restored = PlainSqlite.Open(_home.At("a.db"));
        Assert.Equal(1L, restored.Ask("SELECT x FROM t"));
    }

    [Theory]
    [InlineData("dir", "file")]
    [InlineData("file", "dir")]
    [InlineData("file", "link")]
    public async Task A_thing_of_another_kind_is_kept_too(string then, string now)
    {
        Make(then, "then");
        await _home.SnapshotAsync();
        if (then == "dir") Directory.Delete(_home.At("x"), recursive: true);
        else File.Delete(_home.At("x"));
        Make(now, "now");
        var outcome = await RestoreIntoAsync(_home.Root, "x");
        Assert.Equal("then", File.ReadAllText(_home.At(then == "dir" ? "x/inside" : "x")));
        var kept = _home.At(Assert.Single(outcome.Kept));
        Assert.Equal(now == "link", FileState.Find(kept)!.Value.Kind == FileKind.SymbolicLink);
        Assert.Equal("now", File.ReadAllText(now == "dir" ? Path.Combine(kept, "inside") : kept));
    }

    [Fact]
    public async Task A_hard_link_brings_the_contents_it_shares_and_not_the_other_name()
    {
        _home.Write("a/first", "shared");
        Directory.CreateDirectory(_home.At("b"));
        using (var root = PosixFile.OpenDirectory(null, _home.Root))
            PosixFile.TryMakeHardLink(root, "a/first", root, "b/second");
        await RestoreAsync("b/second");
        Assert.Equal(["b/second"], FilesIn(Into));
        Assert.Equal("shared", File.ReadAllText(Path.Combine(Into, "b/second")));
        Assert.False(Directory.Exists(Path.Combine(Into, "a")));
    }

    [Theory]
    [InlineData("nothing", "NoSuchPath")]
    [InlineData("*.none", "NoSuchPath")]
    [InlineData("/etc", "BadPath")]
    [InlineData("../outside", "BadPath")]
    [InlineData("", "BadPath")]
    public async Task A_path_that_means_nothing_is_refused_by_name(string path, string kind)
    {
        _home.Write("a", "a");
        var failure = await Assert.ThrowsAsync<FaultException>(() => RestoreAsync("a", path));
        Assert.Equal(kind, failure.Fault.Kind);
        Assert.Contains($"'{path}'", failure.Fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Into));
    }

    [Fact]
    public async Task A_damaged_archive_changes_nothing_though_the_damage_is_elsewhere()
    {
        _home.Write("a", "a");
        _home.Write("z", Convert.ToHexString(Samples.Noise(300_000)));
        var manifest = await _home.SnapshotAsync();
        var bytes = File.ReadAllBytes(Path.Combine(_home.Store, manifest.Archive));
        bytes[^2000] ^= 1;
        File.WriteAllBytes(Path.Combine(_home.Store, manifest.Archive), bytes);
        Directory.CreateDirectory(Into);
        File.WriteAllText(Path.Combine(Into, "a"), "mine");
        Assert.Equal("ArchiveDamaged", await Faults.KindAsync(() => RestoreIntoAsync(Into, "a")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Into, "a")));
        Assert.Single(Directory.GetFileSystemEntries(Into));
    }

    public static TheoryData<string, string> Attacks => new()
    {
        { "../escape", "../escape" }, { "/escape", "**" }, { "a/../../escape", "**" }, { "link/escape", "link" }, { "link/escape", "**" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_member_that_leads_out_is_refused_whatever_is_asked_for(string member, string wanted)
    {
        var outside = Directory.CreateDirectory(_home.Aside("outside")).FullName;
        var name = await Forgery.MakeAsync(_home,
            new ArchiveEntry("a", EntryKind.File, 0, 0x1a4, 0, 0, Then),
            new ArchiveEntry("link", EntryKind.SymbolicLink, 0, 0x1ff, 0, 0, Then, outside),
            new ArchiveEntry(member, EntryKind.File, 0, 0x1a4, 0, 0, Then));
        var failure = await Assert.ThrowsAsync<FaultException>(() => RestoreIntoAsync(Into, name, wanted == member ? "a" : wanted));
        Assert.Equal("UnsafePath", failure.Fault.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Empty(Directory.Exists(Into) ? Directory.GetFileSystemEntries(Into) : []);
    }

    [Theory]
    [InlineData("../../etc/passwd", "stolen", "ArchiveDamaged")]
    [InlineData("link/secret", "stolen", "ArchiveDamaged")]
    [InlineData("../../etc/passwd", "**", "UnsafePath")]
    [InlineData("link/secret", "**", "UnsafePath")]
    public async Task A_hard_link_to_the_outside_is_refused(string target, string wanted, string kind)
    {
        var outside = Directory.CreateDirectory(_home.Aside("outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "secret");
        var name = await Forgery.MakeAsync(_home,
            new ArchiveEntry("link", EntryKind.SymbolicLink, 0, 0x1ff, 0, 0, Then, outside),
            new ArchiveEntry("stolen", EntryKind.HardLink, 0, 0x1a4, 0, 0, Then, target));
        Assert.Equal(kind, await Faults.KindAsync(() => RestoreIntoAsync(Into, name, wanted)));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(outside, "secret")));
        Assert.False(File.Exists(Path.Combine(Into, "stolen")));
    }

    [Fact]
    public async Task A_link_that_stands_in_the_place_is_not_followed()
    {
        _home.Write("dir/a", "then");
        await _home.SnapshotAsync();
        var outside = Directory.CreateDirectory(_home.Aside("outside")).FullName;
        Directory.CreateDirectory(Into);
        File.CreateSymbolicLink(Path.Combine(Into, "dir"), outside);
        Assert.Equal("UnsafePath", await Faults.KindAsync(() => RestoreIntoAsync(Into, "dir/a")));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dry_run_says_what_would_happen_and_touches_nothing(bool single)
    {
        _home.Write("dir/a", new string('a', 5000));
        _home.Write("b", "b");
        await _home.SnapshotAsync();
        _home.Write("b", "c");
        var before = Everything();
        string[] more = single ? ["--path", "b"] : [];
        var (code, output, error) = await Cli.RunAsync(_home, ["restore", "latest", "--into", _home.Root, "--dry-run", "--json", .. more]);
        Assert.True(code == 0, error);
        var said = JsonDocument.Parse(output).RootElement;
        // Two files of 4096 and 8192 bytes on disk, and two folders.
        Assert.Equal(single ? (1, 1, 4096) : (2, 5001, 4096 + 8192 + 2 * 4096),
            (said.GetProperty("files").GetInt32(), said.GetProperty("bytes").GetInt32(), said.GetProperty("room").GetInt32()));
        var kept = Assert.Single(said.GetProperty("kept").EnumerateArray()).GetString()!;
        Assert.Equal(single ? "b" : Path.Combine(Path.GetDirectoryName(_home.Root)!, ".home.before-restore-TIME"), kept);
        Assert.Equal(before, Everything());
        var nowhere = _home.Aside("no/such/place");
        Assert.Equal(0, (await Cli.RunAsync(_home, ["restore", "latest", "--into", nowhere, "--dry-run", .. more])).Code);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public async Task A_dry_run_of_an_encrypted_one_says_that_it_needs_the_key_and_that_one_is_given()
    {
        var key = AgeKey.Make(_home);
        _home.Write("a", "a");
        await _home.SnapshotAsync(key.For(_home));
        var (code, output, _) = await Cli.RunAsync(_home, "restore", "--into", Into, "--dry-run");
        Assert.Equal(4, code);
        Assert.Contains("--identity FILE IS NEEDED", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(_home, "restore", "--into", Into, "--dry-run", "--identity", key.Path)).Code);
        Assert.Equal(0, (await Cli.RunAsync(_home, "restore", "--into", Into, "--path", "a", "--identity", key.Path)).Code);
        Assert.Equal(["a"], FilesIn(Into));
    }

    [Theory]
    [InlineData(2, "--path", "a", "--if-empty")]
    [InlineData(2, "--path", "/a")]
    [InlineData(4, "--path", "none")]
    [InlineData(0, "--path", "a")]
    public async Task The_command_tells_what_was_meant_from_what_cannot_be(int expected, params string[] arguments)
    {
        _home.Write("a", "a");
        await _home.SnapshotAsync();
        Assert.Equal(expected, (await Cli.RunAsync(_home, ["restore", "latest", "--into", Into, .. arguments])).Code);
        Assert.Equal(expected == 0, File.Exists(Path.Combine(Into, "a")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_room_nothing_is_begun(bool single)
    {
        const string name = "ghostwire-20260101T000000Z-abcdef";
        var manifest = Samples.Manifest(name, 0);
        File.WriteAllText(Path.Combine(_home.Store, manifest.Archive), "");
        await using (var output = File.Create(Path.Combine(_home.Store, name + ".json")))
            ManifestFile.Write(output, manifest,
                new MemoryStream("""{"path":"huge","type":"file","size":1152921504606846976,"sha256":"00"}"""u8.ToArray()));
        Assert.Equal("NoRoom", await Faults.KindAsync(() => single ? RestoreIntoAsync(Into, name, "huge")
            : _home.RestoreAsync(name, Into)));
        Assert.False(Directory.Exists(Into));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(Into)!, ".into*"));
    }

    public void Dispose() => _home.Dispose();

    /// <summary>Takes a snapshot and restores that of it.</summary>
    private async Task<PathRestoreOutcome> RestoreAsync(params string[] paths)
    {
        await _home.SnapshotAsync();
        return await RestoreIntoAsync(Into, "latest", paths);
    }

    private Task<PathRestoreOutcome> RestoreIntoAsync(string into, string path) => RestoreIntoAsync(into, "latest", path);

    private Task<PathRestoreOutcome> RestoreIntoAsync(string into, string name, params string[] paths) =>
        new PathRestoreRun(_home.Archives, TimeProvider.System).RunAsync(name, null, into, PathSelection.Parse(paths).Value, Token);

    private void Make(string kind, string text)
    {
        if (kind == "link")
        {
            File.WriteAllText(_home.Aside("elsewhere"), text);
            File.CreateSymbolicLink(_home.At("x"), _home.Aside("elsewhere"));
        }
        else
            _home.Write(kind == "dir" ? "x/inside" : "x", text);
    }

    private static IEnumerable<string> FilesIn(string root) => Directory.GetFiles(root, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
    }).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal);

    /// <summary>Names and times of all there is: even a file that was made and removed again moves the time of its folder.</summary>
    private string Everything() => string.Join('\n', Directory.GetFileSystemEntries(_home.Aside(""), "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
    }).Append(_home.Aside("")).Order(StringComparer.Ordinal).Select(path => $"{path} {FileState.Find(path)!.Value.Modified}"));
}
