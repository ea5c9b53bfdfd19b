using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>What runs make of stores that fail them.</summary>
public sealed class FaultyStoreTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task A_snapshot_whose_store_breaks_at_any_byte_leaves_nothing(int at)
    {
        using var home = new Home();
        home.Write("noise", Convert.ToHexString(Samples.Noise(300_000)));
        var store = new MemoryStore();
        var run = new SnapshotRun(home.Request, new FaultyStore(store, at), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => run.RunAsync(Token));
        Assert.Empty(store.Keys);
    }

    [Fact]
    public async Task A_snapshot_is_found_by_its_name_before_a_late_listing_knows_it()
    {
        using var home = new Home();
        home.Write("a", "a");
        var store = new LateListingStore(new MemoryStore());
        var manifest = await new SnapshotRun(home.Request, store, TimeProvider.System).RunAsync(Token);
        Assert.Equal(manifest.Name, (await SnapshotChoice.FindAsync(store, null, manifest.Name, Now, Token)).Value.Name);
        Assert.Equal("NoSuchSnapshot", (await SnapshotChoice.FindAsync(store, null, "latest", Now, Token)).Fault!.Kind);
        await new RestoreRun(store, TimeProvider.System).RunAsync(manifest.Name, null, home.Aside("into"), false, Token);
        Assert.Equal("a", File.ReadAllText(Path.Combine(home.Aside("into"), "a")));
    }

    [Fact]
    public async Task An_archive_for_others_to_keep_is_refused_unless_somebody_said_that_it_need_not_be_encrypted()
    {
        using var home = new Home();
        home.Write("a", "a");
        var store = new MemoryStore();
        var refused = new SnapshotRun(home.Request, store, TimeProvider.System).RunAsync(Token);
        Assert.Equal("EncryptionRequired", await Faults.KindAsync(() => refused));
        Assert.Empty(store.Keys);
        var said = home.Request with { Encryption = Sidecar.Archives.Encryption.None };
        await new SnapshotRun(said, store, TimeProvider.System).RunAsync(Token);
        Assert.Equal(2, store.Keys.Count);
    }
}
