using System.Security.Cryptography;
using ChatOps.Sidecar.Stores.S3;
using ChatOps.Testing.S3;

namespace ChatOps.Sidecar.Tests.Stores;

public sealed class S3ReadingTests(S3Fixture fixture) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";
    private static readonly byte[] Body = Samples.Noise(6 << 20);
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly string _prefix = "r/" + Guid.NewGuid().ToString("N");

    private S3Front Front => fixture.Front!;

    private S3Store Store => S3Fixture.Open(Front.Url, _prefix);

    private string Key => $"{_prefix}/{Name}.tar.zst";

    [Fact]
    public async Task A_connection_cut_twice_goes_on_from_the_same_byte()
    {
        Front.Fail(new(IsArchive) { CutAfter = 1_000_000 });
        Front.Fail(new(IsArchive) { CutAfter = 2_500_000 });
        await using var archive = await Store.OpenArchiveAsync(Name, Token);
        Assert.Equal(SHA256.HashData(Body), await SHA256.HashDataAsync(archive, Token));
        var ranges = Front.Calls.Where(IsArchive).Select(call => call.Header("Range")).ToList();
        Assert.Equal(3, ranges.Count);
        Assert.All(ranges[1..], range => Assert.StartsWith("bytes=", range, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_archive_replaced_meanwhile_is_a_fault_and_never_a_mixture()
    {
        Front.Fail(new(IsArchive) { CutAfter = 1_000_000 });
        await using var archive = await Store.OpenArchiveAsync(Name, Token);
        await ReplaceAsync();
        Assert.Equal("ArchiveReplaced", await Faults.KindAsync(() => archive.CopyToAsync(Stream.Null, Token)));
    }

    [Fact]
    public async Task A_replaced_archive_is_noticed_on_a_server_that_ignores_conditions_too()
    {
        Front.IgnoresConditions = true;
        await An_archive_replaced_meanwhile_is_a_fault_and_never_a_mixture();
    }

    [Fact]
    public async Task A_manifest_without_its_archive_is_neither_listed_nor_opened()
    {
        File.Delete(Front.Server.ObjectPath(Key));
        Assert.Empty(await Store.NamesAsync());
        Assert.Equal("NoSuchSnapshot", await Faults.KindAsync(() => Store.OpenManifestAsync(Name, Token)));
    }

    [Fact]
    public async Task A_damaged_manifest_hides_only_itself()
    {
        var other = Name.Replace("abcdef", "fedcba", StringComparison.Ordinal);
        await Store.PutAsync(other);
        await File.WriteAllTextAsync(Front.Server.ObjectPath($"{_prefix}/{Name}.json"), "{", Token);
        Assert.Equal([other], await Store.NamesAsync());
    }

    public async ValueTask InitializeAsync()
    {
        S3Fixture.Needs();
        await Store.PutAsync(Name, Body);
    }

    public ValueTask DisposeAsync()
    {
        fixture.Front?.IgnoresConditions = false;
        return default;
    }

    private bool IsArchive(S3Call call) => call.Method == "GET" && call.Key == Key;

    private async Task ReplaceAsync()
    {
        await Store.RemoveAsync(Name, Token);
        await Store.PutAsync(Name, Samples.Noise(7 << 20));
    }
}
