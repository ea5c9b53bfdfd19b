using System.Security.Cryptography;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class VerifyRunTests
{
    [Fact]
    public async Task A_flipped_byte_anywhere_is_found()
    {
        using var home = new Home();
        var (name, path) = await Archive(home);
        var good = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var random = Seeds.NewRandom();
        for (var i = 0; i < 60; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, bad, TestContext.Current.CancellationToken);
            var failure = await Assert.ThrowsAsync<FaultException>(() => home.VerifyAsync(name));
            Assert.Equal("ArchiveDamaged", failure.Fault.Kind);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task A_truncated_archive_is_found(double kept)
    {
        using var home = new Home();
        var (name, path) = await Archive(home);
        using (var file = File.OpenWrite(path))
            file.SetLength((long)(file.Length * kept));
        var failure = await Assert.ThrowsAsync<FaultException>(() => home.VerifyAsync(name));
        Assert.Equal("ArchiveDamaged", failure.Fault.Kind);
    }

    [Fact]
    public async Task A_byte_after_the_end_is_found()
    {
        using var home = new Home();
        var (name, path) = await Archive(home);
        await File.AppendAllTextAsync(path, "x", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<FaultException>(() => home.VerifyAsync(name));
    }

    [Fact]
    public async Task A_manifest_that_names_another_hash_for_a_file_does_not_agree()
    {
        using var home = new Home();
        var (name, _) = await Archive(home);
        var manifest = Path.Combine(home.Store, name + ".json");
        var hash = Convert.ToHexStringLower(SHA256.HashData("hello"u8));
        var text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        Assert.Contains(hash, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, text.Replace(hash, new string('0', 64), StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<FaultException>(() => home.VerifyAsync(name));
        Assert.Contains("the contents of a ", failure.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_a_refusal()
    {
        using var home = new Home();
        var (code, _, error) = await Cli.RunAsync(home, "verify", "ghostwire-20260101T000000Z-abcdef");
        Assert.Equal(4, code);
        Assert.Contains("See `sidecar list`", error, StringComparison.Ordinal);
    }

    private static async Task<(string Name, string Path)> Archive(Home home)
    {
        home.Write("a", "hello");
        var noise = new byte[60_000];
        Seeds.NewRandom().NextBytes(noise);
        await File.WriteAllBytesAsync(home.At("noise"), noise, TestContext.Current.CancellationToken);
        var manifest = await home.SnapshotAsync();
        await home.VerifyAsync(manifest.Name);
        return (manifest.Name, Path.Combine(home.Store, manifest.Archive));
    }
}
