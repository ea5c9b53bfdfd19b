using System.Text;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>What every store must do; a new store derives from this and says how it is opened.</summary>
public abstract class ArchiveStoreContract : IDisposable
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";

    internal abstract IArchiveStore Store { get; }

    [Fact]
    public async Task It_can_be_written_and_asked_so_twice()
    {
        Assert.Null(await Store.CheckWritableAsync(default));
        Assert.Null(await Store.CheckWritableAsync(default));
    }

    [Fact]
    public async Task A_committed_archive_is_listed_and_read_back_byte_for_byte()
    {
        await Put(Name, commit: true);
        Assert.Equal([Name], await Names());
        await using var archive = await Store.OpenArchiveAsync(Name, default);
        using var reader = new StreamReader(archive);
        Assert.Equal("body", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_abandoned_draft_leaves_nothing()
    {
        await Put(Name, commit: false);
        Assert.Empty(await Names());
        Assert.Equal("NoSuchSnapshot", (await Assert.ThrowsAsync<FaultException>(() => Store.OpenArchiveAsync(Name, default))).Fault.Kind);
    }

    [Fact]
    public async Task A_draft_is_not_listed_before_it_is_committed()
    {
        await using var draft = await Store.BeginAsync(Name, default);
        await draft.Body.WriteAsync("body"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Empty(await Names());
    }

    [Fact]
    public async Task A_manifest_that_fails_to_be_written_leaves_nothing_listed()
    {
        await using (var draft = await Store.BeginAsync(Name, default))
            await Assert.ThrowsAsync<IOException>(() => draft.CommitAsync(_ => throw new IOException("disk full")));
        Assert.Empty(await Names());
    }

    [Fact]
    public async Task The_newest_is_listed_first()
    {
        string[] names = ["ghostwire-20261121T104530Z-aaaaaa", "ghostwire-20261122T104530Z-000000", "ghostwire-20251122T104530Z-ffffff"];
        foreach (var name in names)
            await Put(name, commit: true);
        Assert.Equal([names[1], names[0], names[2]], await Names());
    }

    [Fact]
    public async Task Removing_takes_it_away_and_twice_is_harmless()
    {
        await Put(Name, commit: true);
        await Store.RemoveAsync(Name, default);
        await Store.RemoveAsync(Name, default);
        Assert.Empty(await Names());
    }

    public virtual void Dispose()
    {
    }

    private async Task Put(string name, bool commit)
    {
        await using var draft = await Store.BeginAsync(name, default);
        await draft.Body.WriteAsync("body"u8.ToArray());
        if (commit)
            await draft.CommitAsync(output => ManifestFile.Write(output, Sample(name), new MemoryStream(Encoding.UTF8.GetBytes(""))));
    }

    private async Task<List<string>> Names()
    {
        List<string> names = [];
        await foreach (var manifest in Store.ListAsync(default))
            names.Add(manifest.Name);
        return names;
    }

    private static Manifest Sample(string name) => new()
    {
        Name = name,
        Archive = name + ".tar.zst",
        Target = "ghostwire",
        StartedAt = default,
        CutAt = default,
        FinishedAt = default,
        Cut = "none",
        PinnedMilliseconds = 0,
        Databases = [],
        Verification = new([], []),
        FileCount = 0,
        BytesIn = 0,
        BytesOut = 4,
        ArchiveSha256 = "",
        FileListSha256 = "",
        ChangedWhileReading = [],
        Vanished = [],
        Skipped = [],
        Excluded = [],
        Tool = "test",
    };
}

public sealed class DirectoryStoreTests : ArchiveStoreContract
{
    private readonly string _path = Directory.CreateTempSubdirectory("store-").FullName;

    internal override IArchiveStore Store => new DirectoryStore(_path, TimeProvider.System);

    [Fact]
    public async Task A_damaged_manifest_hides_only_itself()
    {
        await File.WriteAllTextAsync(Path.Combine(_path, "ghostwire-20261121T104530Z-aaaaaa.json"), "{",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_path, "ghostwire-20261121T104530Z-aaaaaa.tar.zst"), "",
            TestContext.Current.CancellationToken);
        await The_newest_is_listed_first();
    }

    [Fact]
    public async Task What_a_dead_process_left_is_swept_and_what_a_living_one_writes_is_not()
    {
        var mine = Path.Combine(_path, OwnedName.For("mine"));
        var dead = Path.Combine(_path, OwnedName.For("dead").Replace($"~{Environment.ProcessId}~", "~999999999~",
            StringComparison.Ordinal));
        File.WriteAllText(mine, "");
        File.WriteAllText(dead, "");
        await Store.CheckWritableAsync(default);
        Assert.True(File.Exists(mine));
        Assert.False(File.Exists(dead));
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_path, recursive: true);
    }
}
