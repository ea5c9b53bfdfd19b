using System.Diagnostics;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Runs;
using ChatOps.Testing;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// SIGKILL of the real command at moments spread over its steps: whoever looks at the place afterwards finds old or new contents and never
/// both, nothing of the old is lost, and the same command run again finishes.
/// </summary>
[Trait("prove", "saturday")]
public sealed class RestoreKilledTests : IDisposable
{
    private const int Files = 800, MostKills = 100;
    private static readonly int Kills = Proof.Size(6, 20);
    private readonly Home _home = new();
    private string _into = "";
    private bool _mounted;

    /// <summary>In memory where there is such a place: each restore waits for everything on its file system to be on disk.</summary>
    private string Disk { get; } = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"sidecar-test-{Guid.NewGuid():N}")).FullName;

    /// <summary>What a kill may have interrupted.</summary>
    private enum Stage { Extracting, MovingOut, MovingIn }

    [Fact]
    public async Task As_a_whole_the_place_is_the_old_or_the_new_one()
    {
        _into = Path.Combine(Disk, "place");
        await KillAsync([Stage.Extracting], AssertWholeOldOrNew);
    }

    [Fact]
    public async Task Child_by_child_the_place_never_shows_old_and_new_together()
    {
        _mounted = await MountAsync();
        _into = _mounted ? Disk : Directory.CreateDirectory(Path.Combine(Disk, "place")).FullName;
        if (!_mounted)
            Mode(Disk, 0x16D);
        Assert.SkipWhen(!_mounted && PosixAccess.MayChange(Disk),
            "nothing is closed to root and it may not mount: run the tests as another user");
        await KillAsync([Stage.Extracting, Stage.MovingOut, Stage.MovingIn], AssertNoMixture);
    }

    public void Dispose()
    {
        if (_mounted)
        {
            using var unmount = Process.Start("umount", [Disk]);
            unmount.WaitForExit();
        }
        Mode(Disk, 0x1ED);
        Directory.Delete(Disk, recursive: true);
        _home.Dispose();
    }

    private async Task<bool> MountAsync()
    {
        using var mount = Process.Start("mount", ["-t", "tmpfs", "none", Disk]);
        await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
        return mount.ExitCode == 0;
    }

    private static void Mode(string directory, uint mode)
    {
        using var root = PosixFile.OpenDirectory(null, directory);
        PosixFile.SetMode(root, ".", mode);
    }

    /// <summary>Kills at least <see cref="Kills"/> times, and until each stage was really met.</summary>
    private async Task KillAsync(Stage[] stages, Action check)
    {
        for (var i = 0; i < Files; i++)
            _home.Write($"f{i}", "new");
        await _home.SnapshotAsync();
        HashSet<Stage> met = [];
        for (var kill = 0; kill < Kills || !met.IsSupersetOf(stages); kill++)
        {
            Assert.True(kill < MostKills, $"after {kill} kills only these stages were met: {string.Join(", ", met)}");
            Reset();
            // A quarter, a half and so on of each stage in turn.
            if (await RestoreAndKillAsync(stages[kill % stages.Length], kill / stages.Length % 4 * (Files / 4) + 1) is { } stage)
                met.Add(stage);
            check();
            var (code, _, error) = await Cli.RunAsync(_home, "restore", "latest", "--into", _into);
            Assert.True(code == 0, error);
            AssertFinished();
        }
    }

    /// <summary>What it was at when it was killed; null when it was too fast for that.</summary>
    private async Task<Stage?> RestoreAndKillAsync(Stage stage, int depth)
    {
        using var process = Cli.Start(_home, "restore", "latest", "--into", _into);
        while (!process.HasExited && Progress(stage) < depth)
            await Task.Yield();
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return Enum.GetValues<Stage>().Where(at => Progress(at) is > 0 and < Files).Select(at => (Stage?)at).LastOrDefault();
    }

    /// <summary>How many entries have come through a stage: those in the waiting place, moved aside, or moved in.</summary>
    private int Progress(Stage stage) => stage switch
    {
        Stage.Extracting => Count(PartialPath()),
        Stage.MovingOut => Count(Marked(ChildrenPlacement.BeforePrefix)),
        _ when Marked(ChildrenPlacement.PlacingPrefix) is { } placing => Files - Count(placing),
        _ => 0,
    };

    private string PartialPath() => Path.Combine(_into, ChildrenPlacement.PartialName) is var inside && Directory.Exists(inside)
        ? inside
        : Path.Combine(Path.GetDirectoryName(_into)!, ".place.partial");

    private string? Marked(string prefix) => Directory.Exists(_into) ? Directory.EnumerateDirectories(_into, prefix + "*").FirstOrDefault()
        : null;

    private static int Count(string? directory)
    {
        try
        {
            return directory is null ? 0 : Directory.EnumerateFileSystemEntries(directory).Count();
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
    }

    private void Reset()
    {
        foreach (var beside in Directory.GetDirectories(Path.GetDirectoryName(_into)!, ".place.*"))
            Directory.Delete(beside, recursive: true);
        Directory.CreateDirectory(_into);
        foreach (var entry in Directory.GetFileSystemEntries(_into))
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        for (var i = 0; i < Files; i++)
            File.WriteAllText(Path.Combine(_into, $"f{i}"), "old");
    }

    private void AssertWholeOldOrNew()
    {
        if (FileState.Find(_into) is null)
        {
            // Between its two renames: both lie beside it, whole.
            var beside = Path.GetDirectoryName(_into)!;
            Assert.Equal(Files, Count(Assert.Single(Directory.GetDirectories(beside, ".place.ready-*"))));
            Assert.Equal(Files, Count(Assert.Single(Directory.GetDirectories(beside, ".place.before-restore-*"))));
            return;
        }
        Assert.Equal(Files, Visible().Count);
        Assert.Single(Visible().Values.Distinct());
    }

    private void AssertNoMixture()
    {
        var visible = Visible();
        Assert.InRange(visible.Values.Distinct().Count(), 0, 1);
        var aside = Count(Marked(ChildrenPlacement.BeforePrefix));
        Assert.Equal(Files, visible.ContainsValue("old") ? visible.Count + aside : Math.Max(aside, visible.Count));
    }

    private void AssertFinished()
    {
        var visible = Visible();
        Assert.Equal(Files, visible.Count);
        Assert.Equal(["new"], visible.Values.Distinct());
        var kept = Directory.GetDirectories(_into, ChildrenPlacement.BeforePrefix + "*")
            .Concat(Directory.GetDirectories(Path.GetDirectoryName(_into)!, ".place.before-restore-*"));
        Assert.Contains(kept, before => Count(before) == Files && File.ReadAllText(Path.Combine(before, "f0")) == "old");
        Assert.DoesNotContain(Directory.GetDirectories(_into), path =>
            Path.GetFileName(path).StartsWith(".restore-", StringComparison.Ordinal));
    }

    private Dictionary<string, string> Visible() =>
        Directory.GetFiles(_into).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}
