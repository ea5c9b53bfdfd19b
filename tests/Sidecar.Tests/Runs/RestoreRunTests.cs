using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class RestoreRunTests
{
    private static readonly UnixTime Then = new(1_000_000_000, 0);

    [Fact]
    public async Task What_was_there_is_kept_beside_it()
    {
        using var home = new Home();
        home.Write("a", "one");
        var name = (await home.SnapshotAsync()).Name;
        home.Write("a", "two");
        var outcome = await home.RestoreAsync(name, home.Root);
        Assert.Equal("one", File.ReadAllText(home.At("a")));
        Assert.Equal("two", File.ReadAllText(Path.Combine(outcome.Before!, "a")));
    }

    [Fact]
    public async Task If_empty_leaves_a_directory_with_anything_in_it_alone_and_waits_for_a_first_snapshot()
    {
        using var home = new Home();
        var into = home.Aside("into");
        Assert.Null((await home.RestoreAsync("latest", into, ifEmpty: true)).Restored);
        home.Write("a", "one");
        await home.SnapshotAsync();
        Assert.NotNull((await home.RestoreAsync("latest", into, ifEmpty: true)).Restored);
        File.WriteAllText(Path.Combine(into, "a"), "mine");
        Assert.Null((await home.RestoreAsync("latest", into, ifEmpty: true)).Restored);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(into, "a")));
    }

    [Fact]
    public async Task A_damaged_archive_leaves_the_old_data_as_it_was()
    {
        using var home = new Home();
        home.Write("a", new string('a', 100_000));
        var manifest = await home.SnapshotAsync();
        var archive = Path.Combine(home.Store, manifest.Archive);
        var bytes = File.ReadAllBytes(archive);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(archive, bytes);
        home.Write("a", "mine");
        await Assert.ThrowsAsync<FaultException>(() => home.RestoreAsync(manifest.Name, home.Root));
        Assert.Equal("mine", File.ReadAllText(home.At("a")));
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetDirectoryName(home.Root)!), path => path.Contains("partial",
            StringComparison.Ordinal));
    }

    public static TheoryData<string> Attacks => ["../escape", "/escape", "a/../../escape", "a//b", "link/escape"];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_path_that_leads_out_is_refused(string path)
    {
        using var home = new Home();
        var outside = Directory.CreateDirectory(home.Aside("outside")).FullName;
        var name = await Forgery.MakeAsync(home,
            new ArchiveEntry("link", EntryKind.SymbolicLink, 0, 0x1ff, 0, 0, Then, outside),
            new ArchiveEntry(path, EntryKind.File, 0, 0x1a4, 0, 0, Then));
        var failure = await Assert.ThrowsAsync<FaultException>(() => home.RestoreAsync(name, home.Aside("into")));
        Assert.Equal("UnsafePath", failure.Fault.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.False(Directory.Exists(home.Aside("into")));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("link/secret")]
    public async Task A_hard_link_to_the_outside_is_refused(string target)
    {
        using var home = new Home();
        var outside = Directory.CreateDirectory(home.Aside("outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "secret");
        var name = await Forgery.MakeAsync(home,
            new ArchiveEntry("link", EntryKind.SymbolicLink, 0, 0x1ff, 0, 0, Then, outside),
            new ArchiveEntry("stolen", EntryKind.HardLink, 0, 0x1a4, 0, 0, Then, target));
        var failure = await Assert.ThrowsAsync<FaultException>(() => home.RestoreAsync(name, home.Aside("into")));
        Assert.Equal("UnsafePath", failure.Fault.Kind);
    }

    [Fact]
    public async Task A_member_named_twice_is_refused()
    {
        using var home = new Home();
        var entry = new ArchiveEntry("a", EntryKind.File, 0, 0x1a4, 0, 0, Then);
        var name = await Forgery.MakeAsync(home, entry, entry);
        await Assert.ThrowsAsync<FaultException>(() => home.RestoreAsync(name, home.Aside("into")));
    }
}
