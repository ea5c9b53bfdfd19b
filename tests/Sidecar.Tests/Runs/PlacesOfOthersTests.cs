using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Tests.Archives.Age;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// The real program as an ordinary user restores into volumes as clusters make them: their root belongs to root or to somebody else. Either
/// the data is there in the end and what could not be set is told, or everything is as it was and the reason is told.
/// </summary>
public sealed class PlacesOfOthersTests : IDisposable
{
    private const string User = "1000:1000", HowToGet = "run the tests as root, who may be other users";

    private static readonly string[] AsUser = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];

    private readonly Home _home = new Home().OpenToOthers();

    /// <summary>What runs after the program, so that all can be removed.</summary>
    private readonly Stack<string> _after = [];

    private string Volume => _home.Aside("volume");

    /// <summary>How the volume's root is made, and what is said of it; null where it can be made as it was at home.</summary>
    public static TheoryData<string, string, string?> Roots => new()
    {
        { "local-path of K3s", "chown 0:0 V; chmod 0777 V", "itself stays 0:0 0777, where the snapshot has 1000:1000 0750" },
        { "fsGroup", "chown 0:1000 V; chmod 2775 V", "itself stays 0:1000 2775, where the snapshot has 1000:1000 0750" },
        { "group alone", "chown 0:1000 V; chmod 0070 V", "itself stays 0:1000 0070, where the snapshot has 1000:1000 0750" },
        { "sticky", "chown 0:0 V; chmod 1777 V", "itself stays 0:0 1777, where the snapshot has 1000:1000 0750" },
        { "another user", "chown 33:1000 V; chmod 0775 V", "itself stays 33:1000 0775, where the snapshot has 1000:1000 0750" },
        { "one's own, closed to writing", "chmod 0555 V", null },
        { "with a folder closed to writing", "mkdir V/closed; touch V/closed/f; chown -R 1000:1000 V; chmod 0555 V/closed", null },
    };

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task The_data_comes_first_and_what_stays_is_told(string kind, string make, string? told)
    {
        await TakeAsync();
        MakeVolume(make);
        var (code, output, error) = await RestoreAsync();
        Assert.True(code == 0, $"{kind}: {error}");
        Assert.Equal("new", File.ReadAllText(Path.Combine(Volume, "a")));
        Assert.Equal("new", File.ReadAllText(Path.Combine(Volume, "folder", "b")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Before(), "a")));
        Assert.Equal(told is not null, output.Contains("itself stays", StringComparison.Ordinal));
        if (told is not null)
            Assert.Contains(told, output, StringComparison.Ordinal);
        else
            Assert.Equal("1000:1000 0750", FileState.Find(Volume)!.Value.Rights);
        if (Directory.Exists(Path.Combine(Before(), "closed")))
            Assert.Equal("1000:1000 0555", FileState.Find(Path.Combine(Before(), "closed"))!.Value.Rights);
    }

    /// <summary>How the volume is made, and why nothing is placed there.</summary>
    public static TheoryData<string, string> Closed => new()
    {
        { "chown 0:0 V; chmod 0755 V", $"writing in V: Permission denied; it is 0:0 0755, and this runs as {User}" },
        { "chown 0:0 V; chmod 1777 V; chown 0:0 V/a", $"moving aside what is in V: a cannot be moved by {User}, as 0:0 0644 is another's" },
        { "chmod 0777 V; mkdir V/theirs; chown 33:33 V/theirs",
            $"moving aside what is in V: theirs cannot be moved by {User}, as 33:33 0755 is another's" },
        { "mount -o remount,bind,ro V", $"writing in V: Read-only file system; it is {User} 0777, and this runs as {User}" },
    };

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Where_it_cannot_be_placed_nothing_is_touched_and_the_reason_is_told(string make, string reason)
    {
        await TakeAsync();
        if (make.StartsWith("mount", StringComparison.Ordinal))
            Mount($"mkdir V; mount --bind V V; {Fill}; chmod 0777 V");
        else
            Run($"mkdir V; {Fill}");
        Run(make);
        var before = Listing();
        var (code, _, error) = await RestoreAsync();
        Assert.Equal(1, code);
        Assert.Contains(reason.Replace(" V", $" {Volume}", StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task A_volume_without_room_for_another_file_keeps_what_is_on_it()
    {
        await TakeAsync();
        Mount($"mkdir V; mount -t tmpfs -o nr_inodes=8,mode=0777 none V; {Fill}; touch V/1 V/2 V/3");
        var before = Listing();
        var (code, _, error) = await RestoreAsync();
        Assert.Equal(1, code);
        Assert.Contains("No space left on device", error, StringComparison.Ordinal);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task What_is_mounted_below_stays_where_it_is()
    {
        await TakeAsync();
        Mount($"mkdir V; {Fill}; mkdir -p V/folder/kept V/top; chown -R {User} V; mount -t tmpfs none V/folder/kept; "
            + "mount -t tmpfs none V/top; touch V/folder/kept/mounted V/top/mounted", "V/top", "V/folder/kept");
        var (code, _, error) = await RestoreAsync();
        Assert.True(code == 0, error);
        Assert.Equal("new", File.ReadAllText(Path.Combine(Volume, "folder", "b")));
        Assert.True(File.Exists(Path.Combine(Volume, "folder", "kept", "mounted")));
        Assert.True(File.Exists(Path.Combine(Volume, "top", "mounted")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Before(), "a")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(Before(), "folder", "b")));
    }

    [Fact]
    public async Task A_home_of_which_only_mounts_are_left_is_empty()
    {
        await TakeAsync();
        Mount($"mkdir -p V/folder/kept; chown -R {User} V; mount -t tmpfs none V/folder/kept; touch V/folder/kept/mounted",
            "V/folder/kept");
        var (code, _, error) = await RestoreAsync("--if-empty");
        Assert.True(code == 0, error);
        Assert.Equal("new", File.ReadAllText(Path.Combine(Volume, "folder", "b")));
    }

    [Fact]
    public async Task Nothing_is_placed_over_a_mount()
    {
        await TakeAsync();
        Mount($"mkdir V; {Fill}; mount -t tmpfs none V/folder; touch V/folder/mounted", "V/folder");
        var before = Listing();
        var (code, _, error) = await RestoreAsync();
        Assert.Equal(1, code);
        Assert.Contains("another file system is mounted at folder", error, StringComparison.Ordinal);
        Assert.Equal(before, Listing());
    }

    public void Dispose()
    {
        foreach (var line in _after)
            AgeKey.Shell(line);
        _home.Dispose();
    }

    private static string Fill => $"mkdir V/folder; printf old > V/a; printf old > V/folder/b; chown -R {User} V";

    private async Task TakeAsync()
    {
        if (AgeKey.Shell(string.Join(' ', AsUser) + " true").Code != 0)
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(HowToGet);
            Assert.Skip(HowToGet);
        }
        _home.Write("a", "new");
        _home.Write("folder/b", "new");
        Directory.CreateDirectory(_home.At("top"));
        Run($"chown -R {User} '{_home.Root}'; chmod 0750 '{_home.Root}'");
        await _home.SnapshotAsync();
        Run($"chown -R {User} '{_home.Store}'");
    }

    private void MakeVolume(string make) => Run($"mkdir V; {Fill}; {make}");

    /// <param name="mounted">What is unmounted in the end, besides what lies at the volume itself.</param>
    private void Mount(string make, params string[] mounted)
    {
        foreach (var path in mounted.Prepend("V").Reverse())
            _after.Push($"umount '{path.Replace("V", Volume, StringComparison.Ordinal)}' 2>/dev/null");
        if (AgeKey.Shell($"mount --bind '{_home.Scratch}' '{_home.Scratch}' && umount '{_home.Scratch}'").Code != 0)
            Assert.Skip("mounting is not allowed here: run the tests as root to see restores beside mounts");
        Run(make);
    }

    private void Run(string line)
    {
        var (code, output) = AgeKey.Shell($"set -e; {line.Replace(" V", $" {Volume}", StringComparison.Ordinal)}");
        Assert.True(code == 0, $"{line}: {output}");
    }

    private Task<(int Code, string Output, string Error)> RestoreAsync(params string[] more) =>
        Cli.RunUnderAsync(AsUser, _home, ["restore", "latest", "--into", Volume, .. more]);

    private string Before() => Directory.GetDirectories(Volume, ".before-restore-*").Concat(
        Directory.GetDirectories(_home.Aside("."), ".volume.before-restore-*")).Single();

    /// <summary>Every name with its owner, mode and contents.</summary>
    private string Listing() =>
        AgeKey.Shell($"cd '{Volume}' && find . -printf '%p %U:%G %m\\n' | sort && find . -type f -exec sha256sum {{}} + | sort").Output;
}
