using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Tests.Stores;

public sealed class DirectoryStoreTests : StoreContract
{
    private readonly string _path = Directory.CreateTempSubdirectory("store-").FullName;

    internal override IArchiveStore Store => new DirectoryStore(_path, TimeProvider.System);

    internal override IReadOnlyList<string> Left() =>
        [.. Directory.GetFiles(_path).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.'))];

    internal override Task AddOrphanAsync(string name) => File.WriteAllTextAsync(Path.Combine(_path, name + ".tar.zst"), "body");

    [Fact]
    public async Task A_damaged_manifest_hides_only_itself()
    {
        await File.WriteAllTextAsync(Path.Combine(_path, "ghostwire-20261121T104530Z-dddddd.json"), "{",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_path, "ghostwire-20261121T104530Z-dddddd.tar.zst"), "",
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

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_path, recursive: true);
        return base.DisposeAsync();
    }
}
