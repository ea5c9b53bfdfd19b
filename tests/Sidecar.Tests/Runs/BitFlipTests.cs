using System.Text;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Testing;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>One bit, anywhere in an archive or its manifest: verify finds it, and says that it is damage.</summary>
[Trait("prove", "thursday")]
public sealed class BitFlipTests : IDisposable
{
    private static readonly int Flips = Proof.Size(60, 400), FlipsThroughAge = Proof.Size(10, 40);
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly Home _home = new();
    private readonly MemoryStore _store = new();

    public static TheoryData<string> Homes => ["one file", "databases", "many small files", "nothing"];

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task A_flipped_bit_in_a_plain_archive_or_its_manifest_is_found(string home)
    {
        Fill(home);
        var manifest = await SnapshotAsync(Encryption.None);
        Assert.Equal(Flips, await FoundAsync(manifest.Archive, manifest, null, Flips));
        Assert.Equal(Flips, await FoundAsync(manifest.Name + ".json", manifest, null, Flips));
    }

    [Fact]
    public async Task Every_single_bit_of_a_manifest_counts()
    {
        var manifest = await SnapshotAsync(Encryption.None);
        var good = _store[manifest.Name + ".json"];
        // Whole in a proof; else from another bit on each time, and each place of a byte as often as any other.
        var step = Proof.Size(13, 1);
        for (var bit = Seeds.NewRandom().Next(step); bit < good.Length * 8; bit += step)
            await RequireFoundAsync(manifest.Name + ".json", good, bit, manifest, null);
    }

    [Fact]
    public async Task A_flipped_bit_in_an_encrypted_archive_or_its_manifest_is_found_without_an_identity()
    {
        var key = AgeKey.Make(_home);
        Fill("databases");
        var manifest = await SnapshotAsync(Encryption.To(key.Recipient));
        Assert.Equal(Flips, await FoundAsync(manifest.Archive, manifest, null, Flips));
        Assert.Equal(Flips, await FoundAsync(manifest.Name + ".json", manifest, null, Flips));
    }

    [Fact]
    public async Task A_flipped_bit_in_an_encrypted_archive_or_its_manifest_is_found_with_an_identity()
    {
        var key = AgeKey.Make(_home);
        Fill("databases");
        var manifest = await SnapshotAsync(Encryption.To(key.Recipient));
        Assert.Equal(FlipsThroughAge, await FoundAsync(manifest.Archive, manifest, key.Identity, FlipsThroughAge));
        Assert.Equal(FlipsThroughAge, await FoundAsync(manifest.Name + ".json", manifest, key.Identity, FlipsThroughAge));
    }

    [Fact]
    public async Task A_manifest_of_an_older_version_which_has_no_hash_of_itself_is_still_read()
    {
        Fill("one file");
        var manifest = await SnapshotAsync(Encryption.None);
        var text = Encoding.UTF8.GetString(_store[manifest.Name + ".json"]);
        _store[manifest.Name + ".json"] = Encoding.UTF8.GetBytes(Samples.Unsealed(text));
        await new VerifyRun(_store).RunAsync(manifest.Name, Token);
    }

    [Fact]
    public async Task A_restore_from_a_flipped_manifest_leaves_what_is_there()
    {
        Fill("one file");
        var manifest = await SnapshotAsync(Encryption.None);
        var good = _store[manifest.Name + ".json"];
        var target = good.AsSpan().IndexOf("ghostwire\","u8);
        // The first breaks the JSON; the second makes a field another that no other check looks at.
        foreach (var bit in (int[])[8, target * 8])
        {
            _store[manifest.Name + ".json"] = Flipped(good, bit);
            Assert.Equal("ArchiveDamaged", await Stores.Faults.KindAsync(() => new RestoreRun(_store, TimeProvider.System)
                .RunAsync(manifest.Name, null, _home.Root, false, Token)));
        }
        Assert.Equal("hello", File.ReadAllText(_home.At("a")));
        Assert.Equal(["home", "scratch", "store"], Directory.GetDirectories(_home.Aside(".")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_manifest_that_is_no_JSON_is_named_as_damage_on_the_command_line()
    {
        var manifest = await _home.SnapshotAsync();
        File.WriteAllText(Path.Combine(_home.Store, manifest.Name + ".json"), "{\"name\": \u0001");
        foreach (var command in (string[])["verify", "inspect"])
        {
            var (code, _, error) = await Cli.RunAsync(_home, command, manifest.Name);
            Assert.Equal(1, code);
            Assert.StartsWith($"sidecar: reading {manifest.Name}.json: the manifest cannot be read", error, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _home.Dispose();

    private void Fill(string kind)
    {
        switch (kind)
        {
            case "one file":
                _home.Write("a", "hello");
                break;
            case "many small files":
                for (var i = 0; i < 2000; i++)
                    _home.Write($"d{i % 40}/ä{i}", $"{i}");
                break;
            case "databases":
                foreach (var name in (string[])["a.db", "b.db"])
                {
                    using var database = PlainSqlite.Open(_home.At(name));
                    database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(randomblob(20000))");
                }
                break;
        }
    }

    private Task<Manifest> SnapshotAsync(Encryption encryption) =>
        new SnapshotRun(_home.Request with { Encryption = encryption }, _store, TimeProvider.System).RunAsync(Token);

    private async Task<int> FoundAsync(string key, Manifest manifest, AgeIdentity? identity, int flips)
    {
        await new VerifyRun(_store, null, identity).RunAsync(manifest.Name, Token);
        var (random, good, found) = (Seeds.NewRandom(), _store[key], 0);
        for (; found < flips; found++)
            await RequireFoundAsync(key, good, random.Next(good.Length * 8), manifest, identity);
        return found;
    }

    private async Task RequireFoundAsync(string key, byte[] good, int bit, Manifest manifest, AgeIdentity? identity)
    {
        _store[key] = Flipped(good, bit);
        var failure = await Record.ExceptionAsync(() => new VerifyRun(_store, null, identity).RunAsync(manifest.Name, Token));
        _store[key] = good;
        Assert.True(
            failure is FaultException { Fault.Kind: "ArchiveDamaged" },
            $"bit {bit} of {key}: {failure}, near {Around(good, bit / 8)}");
    }

    private static string Around(byte[] bytes, int at) =>
        Encoding.Latin1.GetString(bytes[Math.Max(0, at - 20)..Math.Min(bytes.Length, at + 20)]);

    private static byte[] Flipped(byte[] good, int bit)
    {
        var bad = (byte[])good.Clone();
        bad[bit / 8] ^= (byte)(1 << (bit % 8));
        return bad;
    }
}
