using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Sqlite.Checks;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Testing.Sqlite;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class DrillRunTests
{
    private const string Broken = "CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE INDEX i ON t(x); INSERT INTO t VALUES(1,'needle')";

    [Fact]
    public async Task Every_database_of_an_encrypted_archive_is_opened_with_the_identity_and_nothing_stays_in_scratch()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var key = AgeKey.Make(home);
        using (var plain = PlainSqlite.Open(home.At("cookies.db")))
            plain.Run(Broken);
        await using var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), new(Home.Key));
        var manifest = await home.SnapshotAsync(key.For(home));
        var outcome = await DrillAsync(home, manifest, key.Path);
        Assert.Equal(["ok", "ok"], outcome.Databases.Select(facts => facts.Integrity));
        Assert.Equal(
            ["archive-sha256", "age-decrypted", "zstd", "tar", "file-list", "file-sha256", "page-hmac", "integrity_check"], outcome.Checks);
        Assert.Empty(Directory.GetFileSystemEntries(home.Scratch));
    }

    [Fact]
    public async Task Without_the_identity_an_encrypted_archive_cannot_be_drilled()
    {
        using var home = new Home();
        home.Write("a", "a");
        var manifest = await home.SnapshotAsync(AgeKey.Make(home).For(home));
        var failure = await Assert.ThrowsAsync<FaultException>(() => DrillAsync(home, manifest, null));
        Assert.Equal("IdentityRequired", failure.Fault.Kind);
    }

    [Fact]
    public async Task Damage_the_quick_walk_cannot_see_is_told_with_exit_code_3()
    {
        using var home = new Home();
        using (var database = PlainSqlite.Open(home.At("a.db")))
            database.Run(Broken);
        var bytes = File.ReadAllBytes(home.At("a.db"));
        bytes[bytes.AsSpan().LastIndexOf("needle"u8)] ^= 1;
        File.WriteAllBytes(home.At("a.db"), bytes);
        var manifest = await home.SnapshotAsync();
        Assert.Equal("ok", manifest.Databases.Single().Integrity);
        var (code, output, _) = await Cli.RunAsync(home, "verify", "--drill");
        Assert.Equal(3, code);
        Assert.Contains("a.db: failed: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_whose_key_is_not_in_the_archive_is_told_as_not_checked()
    {
        Home.NeedsNode();
        using var home = new Home();
        await using var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), new(Home.Key));
        var outcome = await DrillAsync(home, await home.SnapshotAsync(), null);
        Assert.Equal("not checked: no key to read", outcome.Databases.Single().Integrity);
        Assert.DoesNotContain(TreeCheck.Full, outcome.Checks);
    }

    [Fact]
    public async Task A_scratch_directory_that_cannot_be_used_is_refused_before_the_archive_is_read()
    {
        using var home = new Home();
        home.Write("a", "a");
        var manifest = await home.SnapshotAsync();
        File.WriteAllText(home.Aside("file"), "");
        var run = new DrillRun(home.Archives, home.Aside("file"), null, null);
        var failure = await Assert.ThrowsAsync<FaultException>(() => run.RunAsync(manifest, TestContext.Current.CancellationToken));
        Assert.Equal("NoRoom", failure.Fault.Kind);
    }

    private static Task<DrillOutcome> DrillAsync(Home home, Manifest manifest, string? identity) =>
        new DrillRun(home.Archives, home.Scratch, null, AgeIdentity.Parse(identity))
            .RunAsync(manifest, TestContext.Current.CancellationToken);
}
