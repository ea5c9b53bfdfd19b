using ChatOps.Testing.Sqlite;
using static ChatOps.EndToEnd.Tests.Images.Dockerfile;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>
/// The sidecar as its image has it: published by the image's own command, alone with the libraries the image copies in a root that nobody
/// may write to, as a user without rights.
/// </summary>
public sealed class SidecarImageTests
{
    private readonly Dockerfile _file = new("Dockerfile.sidecar");

    [Fact]
    public async Task What_the_image_holds_takes_verifies_prunes_and_restores_a_snapshot_and_is_small()
    {
        using var image = await ImageRoot.MakeAsync(_file, "home", "store", "scratch", "into");
        using (var database = PlainSqlite.Open(Path.Combine(image.Path, "home", "a.db")))
            database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(42)");
        await ShellAsync($"chown -R 1000:1000 '{image.Path}/home'");
        Task<string> RunAsync(string arguments) => image.RunAsync(
            $"/app/sidecar {arguments}", "SIDECAR_TARGET=t SIDECAR_HOME=/home SIDECAR_STORE=/store SIDECAR_SCRATCH=/scratch");

        var key = await ShellAsync($"age-keygen -o '{image.Path}/key.txt' 2>&1 | grep -o 'age1.*'; chmod 644 '{image.Path}/key.txt'");
        Assert.Contains("quick_check", await RunAsync($"snapshot --encrypt-to {key.Trim()}"), StringComparison.Ordinal);
        Assert.Contains("a.db: ok", await RunAsync("verify --drill --identity /key.txt"), StringComparison.Ordinal);
        Assert.Contains("newest", await RunAsync("prune --keep-daily 1 --time-zone Europe/Berlin --dry-run"), StringComparison.Ordinal);
        await RunAsync("restore latest --into /into/home --identity /key.txt");
        using (var copy = PlainSqlite.Open(Path.Combine(image.Path, "into", "home", "a.db")))
            Assert.Equal(42L, copy.Ask("SELECT x FROM t"));

        // The same bytes wherever it is built: nothing names the place.
        Assert.All(image.SourcesOf("sidecar.pdb"), source => Assert.StartsWith("/src/", source, StringComparison.Ordinal));
        // The base adds about 6 MB.
        Assert.InRange(await image.CompressedAsync(), 1_000_000, 39_000_000);
    }

    [Fact]
    public void The_image_has_no_shell_no_root_and_says_what_it_is() => _file.HasNoShellNoRootAndSaysWhatItIs();
}
