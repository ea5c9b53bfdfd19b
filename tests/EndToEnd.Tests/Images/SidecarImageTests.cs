using ChatOps.Testing.Sqlite;
using static ChatOps.EndToEnd.Tests.Images.Dockerfile;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>
/// The sidecar as its image has it: published by the image's own command, alone with the libraries the image copies in a root that nobody
/// may write to, as a user without rights.
/// </summary>
public sealed class SidecarImageTests : IDisposable
{
    /// <summary>What the base has: the C library, OpenSSL and the certificates (dotnet/dotnet-docker, "runtime-deps" chiseled).</summary>
    private const string Base = "libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3";

    private readonly Dockerfile _file = new("Dockerfile.sidecar");
    private readonly string _root = Directory.CreateTempSubdirectory("sidecar-image-").FullName;

    [Fact]
    public async Task What_the_image_holds_takes_verifies_prunes_and_restores_a_snapshot_and_is_small()
    {
        NeedsRoot();
        await MakeImageAsync();
        var image = Path.Combine(_root, "image");
        using (var database = PlainSqlite.Open(Path.Combine(image, "home", "a.db")))
            database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(42)");
        await ShellAsync($"chown -R 1000:1000 '{image}/home' '{image}/store' '{image}/scratch' '{image}/into'");

        var key = await ShellAsync($"age-keygen -o '{image}/key.txt' 2>&1 | grep -o 'age1.*'; chmod 644 '{image}/key.txt'");
        Assert.Contains("quick_check", await RunAsync($"snapshot --encrypt-to {key.Trim()}"), StringComparison.Ordinal);
        Assert.Contains("a.db: ok", await RunAsync("verify --drill --identity /key.txt"), StringComparison.Ordinal);
        Assert.Contains("newest", await RunAsync("prune --keep-daily 1 --time-zone Europe/Berlin --dry-run"), StringComparison.Ordinal);
        await RunAsync("restore latest --into /into/home --identity /key.txt");
        using (var copy = PlainSqlite.Open(Path.Combine(image, "into", "home", "a.db")))
            Assert.Equal(42L, copy.Ask("SELECT x FROM t"));

        var bytes = long.Parse(await ShellAsync($"cd '{image}' && tar c app usr/bin usr/lib/{string.Join(" usr/lib/", Copied)} usr/share | gzip | wc -c"));
        // The base adds about 6 MB.
        Assert.InRange(bytes, 1_000_000, 39_000_000);
    }

    [Fact]
    public void The_image_has_no_shell_no_root_and_says_what_it_is()
    {
        var last = _file.Text[_file.Text.LastIndexOf("FROM ", StringComparison.Ordinal)..];
        Assert.Contains("ARG BASE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled", _file.Text, StringComparison.Ordinal);
        Assert.Contains("USER 1000:1000", last, StringComparison.Ordinal);
        Assert.DoesNotContain("RUN ", last, StringComparison.Ordinal);
        Assert.Contains("org.opencontainers.image.version", last, StringComparison.Ordinal);
    }

    private IEnumerable<string> Copied => _file.Libraries.Where(name => name.Contains(".so", StringComparison.Ordinal));

    private async Task MakeImageAsync()
    {
        var app = await _file.PublishAsync(_root);
        var image = Path.Combine(_root, "image");
        await ShellAsync($"mkdir -p '{image}'/{{app,proc,dev,home,store,scratch,into,usr/lib,usr/bin,usr/share,lib64,etc}} && mv '{app}'/* '{image}/app/'");
        foreach (var library in Base.Split(' ').Concat(Copied))
            await ShellAsync($"cp -L $(ldconfig -p | grep -m1 -o '/.*/{library}$' || ls /lib/*-linux-gnu/{library}) '{image}/usr/lib/'");
        await ShellAsync($"cp -L /lib64/ld-linux-*.so.* '{image}/lib64/' && ln -s usr/lib '{image}/lib' && cp -r /usr/share/zoneinfo '{image}/usr/share/'");
        foreach (var program in _file.Libraries.Where(name => !name.Contains(".so", StringComparison.Ordinal)))
            await ShellAsync($"cp -L /usr/bin/{program} '{image}/usr/bin/'");
    }

    /// <summary>/proc and /dev are there in every container.</summary>
    private Task<string> RunAsync(string arguments) => ShellAsync(
        "export PATH=/usr/sbin:/usr/bin SIDECAR_TARGET=t SIDECAR_HOME=/home SIDECAR_STORE=/store SIDECAR_SCRATCH=/scratch; "
            + $"unshare --mount bash -c \"mount -t proc proc '{_root}/image/proc' && mount --bind /dev '{_root}/image/dev' && "
            + $"exec chroot --userspec=1000:1000 '{_root}/image' /app/sidecar {arguments}\"");

    private static void NeedsRoot()
    {
        if (Environment.IsPrivilegedProcess)
            return;
        const string How = "To see an image's root this test must run as root.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(How);
        Assert.Skip(How);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
