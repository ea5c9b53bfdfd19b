using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class EncryptedSnapshotTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly Home _home = new();
    private readonly AgeKey _key;

    public EncryptedSnapshotTests()
    {
        _key = AgeKey.Make(_home);
        _home.Write("deep/a", "hello");
        File.WriteAllBytes(_home.At("noise"), Samples.Noise(300_000));
    }

    [Fact]
    public async Task A_home_goes_through_age_and_comes_back_equal_and_nothing_shows_the_secret_key()
    {
        var said = await RunAsync(0, "snapshot") + await RunAsync(0, "list") + await RunAsync(0, "inspect") + await RunAsync(0, "verify");
        Assert.Contains("checked: archive-sha256, age-header\n", said, StringComparison.Ordinal);
        said += await RunAsync(0, "verify", "--identity", _key.Path);
        Assert.Contains("checked: archive-sha256, age-decrypted, zstd, tar, file-list, file-sha256\n", said, StringComparison.Ordinal);
        said += await RunAsync(0, "restore", "--into", _home.Aside("into"), "--identity", _key.Path);
        AssertRestored(_home.Aside("into"));
        var manifest = (await _home.ListAsync()).Single();
        Assert.Equal((Manifest.AgeEncryption, _key.Recipient), (manifest.Encryption, Assert.Single(manifest.Recipients!)));
        said += File.ReadAllText(Path.Combine(_home.Store, manifest.Name + ".json"));
        Assert.DoesNotContain("SECRET", said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task People_open_it_without_us_as_the_readme_says()
    {
        var manifest = await _home.SnapshotAsync(_key.For(_home));
        Assert.EndsWith(".tar.zst.age", manifest.Archive, StringComparison.Ordinal);
        Directory.CreateDirectory(_home.Aside("into"));
        var archive = Path.Combine(_home.Store, manifest.Archive);
        var command = $"age -d -i '{_key.Path}' '{archive}' | zstd -d | tar x -C '{_home.Aside("into")}'";
        Assert.Equal(0, AgeKey.Shell(command).Code);
        AssertRestored(_home.Aside("into"));
    }

    [Fact]
    public async Task Of_two_recipients_either_opens_it_and_a_third_is_told_whose_key_would()
    {
        var (other, stranger) = (AgeKey.Make(_home, "other"), AgeKey.Make(_home, "stranger"));
        var name = (await _home.SnapshotAsync(_home.Request with { Encryption = Encryption.To(_key.Recipient, other.Recipient) })).Name;
        foreach (var key in new[] { _key, other })
            await VerifyAsync(name, key);
        var failure = await Assert.ThrowsAsync<FaultException>(() => VerifyAsync(name, stranger));
        Assert.Equal("WrongIdentity", failure.Fault.Kind);
        Assert.Contains($"{_key.Recipient}, {other.Recipient}", failure.Fault.Hint, StringComparison.Ordinal);
        Assert.Contains(stranger.Path, failure.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_without_the_key_or_with_a_wrong_one_leaves_everything_as_it_was()
    {
        await RunAsync(0, "snapshot");
        var stranger = AgeKey.Make(_home, "stranger");
        var into = Directory.CreateDirectory(_home.Aside("into")).FullName;
        File.WriteAllText(Path.Combine(into, "mine"), "mine");
        Assert.Contains("--identity FILE", await RunAsync(4, "restore", "--into", into), StringComparison.Ordinal);
        var wrong = await RunAsync(1, "restore", "--into", into, "--identity", stranger.Path);
        Assert.Contains("does not open it", wrong, StringComparison.Ordinal);
        Assert.Contains("identity file", await RunAsync(1, "restore", "--into", into, "--identity", "/nowhere"), StringComparison.Ordinal);
        Assert.Equal([Path.Combine(into, "mine")], Directory.GetFileSystemEntries(into));
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(into)!, ".*"));
    }

    [Fact]
    public async Task A_secret_key_in_place_of_its_file_is_refused_and_not_repeated()
    {
        await RunAsync(0, "snapshot");
        var said = await RunAsync(1, "verify", "--identity", _key.Secret);
        Assert.DoesNotContain(_key.Secret, said, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("age-keygen -o key.txt", said, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("prove", "wednesday")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_byte_anywhere_is_found_with_and_without_the_key(bool withKey)
    {
        var flips = Proof.Size(50, 220);
        File.Delete(_home.At("noise"));
        var (name, path, good) = await ArchiveAsync();
        for (var i = 0; i < flips; i++)
        {
            var bad = (byte[])good.Clone();
            // Every position of the header, of the nonce and of the payload comes up about equally often.
            bad[i * (good.Length - 1) / (flips - 1)] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(path, bad, Token);
            var failure = await Assert.ThrowsAsync<FaultException>(() => VerifyAsync(name, withKey ? _key : null));
            Assert.Equal("ArchiveDamaged", failure.Fault.Kind);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.0001)]
    [InlineData(0.5)]
    [InlineData(0.99999)]
    [InlineData(1.1)]
    public async Task A_truncated_or_longer_archive_is_found_with_and_without_the_key(double kept)
    {
        var (name, path, good) = await ArchiveAsync();
        using (var file = File.OpenWrite(path))
            file.SetLength((long)(good.Length * kept));
        foreach (var key in new[] { _key, null })
            Assert.Equal("ArchiveDamaged", await Faults.KindAsync(() => VerifyAsync(name, key)));
        var restore = new RestoreRun(_home.Archives, TimeProvider.System, null, _key.Identity);
        Assert.Equal("ArchiveDamaged", await Faults.KindAsync(() => restore.RunAsync(name, null, _home.Aside("into"), false, Token)));
        Assert.False(Directory.Exists(_home.Aside("into")));
    }

    [Fact]
    public async Task An_archive_from_before_there_was_encryption_still_verifies_and_restores()
    {
        var name = (await _home.SnapshotAsync()).Name;
        var path = Path.Combine(_home.Store, name + ".json");
        var text = Samples.Unsealed(File.ReadAllText(path));
        var lines = text.Split('\n').Where(line => !line.Contains("\"encryption\"", StringComparison.Ordinal)
            && !line.Contains("\"recipients\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(text.Split('\n').Length - 2, lines.Count);
        File.WriteAllText(path, string.Join('\n', lines));
        Assert.Contains("file-sha256", VerifyRun.ChecksOf(await _home.VerifyAsync(name), withIdentity: false));
        await VerifyAsync(name, _key);
        await _home.RestoreAsync(name, _home.Aside("into"));
        AssertRestored(_home.Aside("into"));
    }

    public void Dispose() => _home.Dispose();

    private async Task<(string Name, string Path, byte[] Bytes)> ArchiveAsync()
    {
        var manifest = await _home.SnapshotAsync(_key.For(_home));
        var path = Path.Combine(_home.Store, manifest.Archive);
        return (manifest.Name, path, await File.ReadAllBytesAsync(path, Token));
    }

    private Task<Manifest> VerifyAsync(string name, AgeKey? key) =>
        new VerifyRun(_home.Archives, null, key?.Identity).RunAsync(name, Token);

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var recipients = new Dictionary<string, string?> { ["SIDECAR_ENCRYPT_TO"] = _key.Recipient };
        var (code, output, error) = await Cli.RunAsync(_home, recipients, arguments);
        Assert.True(code == expected, $"{code}: {error}{output}");
        return output + error;
    }

    private void AssertRestored(string into)
    {
        Assert.Equal("hello", File.ReadAllText(Path.Combine(into, "deep/a")));
        Assert.Equal(File.ReadAllBytes(_home.At("noise")), File.ReadAllBytes(Path.Combine(into, "noise")));
    }
}
