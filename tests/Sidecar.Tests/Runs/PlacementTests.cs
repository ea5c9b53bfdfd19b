using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class PlacementTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 45, 30, TimeSpan.Zero);

    public static TheoryData<string, int> Interruptions => new(
        from kind in new[] { "whole", "children" } from step in Enumerable.Range(0, 9) select (kind, step));

    [Theory]
    [MemberData(nameof(Interruptions))]
    public void An_interruption_at_any_step_is_finished_by_running_again(string kind, int steps)
    {
        using var home = new Home();
        home.Write("old1", "old");
        home.Write("old2/inside", "old");
        Directory.CreateDirectory(home.At("lost+found"));
        var left = steps;
        Fill(Make(kind, home.Root, null));
        var broken = Make(kind, home.Root, (from, to) =>
        {
            if (left-- == 0)
                throw new PowerCutException();
            PosixFile.Rename(from, to);
        });
        var interrupted = Record.Exception(() => broken.Place("snap", Now)) is not null;

        var again = Make(kind, home.Root, null);
        var resumed = again.Resume();
        if (interrupted && steps > 0)
            Assert.Equal("snap", resumed);
        if (steps == 0)
            Assert.True(File.Exists(home.At("old1")), "nothing had moved, so nothing may have");
        else
            AssertPlaced(kind, home);
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public void A_step_that_fails_takes_those_before_it_back(string kind, int steps)
    {
        using var home = new Home();
        home.Write("old1", "old");
        home.Write("old2/inside", "old");
        var before = Tree(home);
        var left = steps;
        var broken = Make(kind, home.Root, (from, to) =>
        {
            if (left-- == 0)
                throw new IOException("disk full");
            PosixFile.Rename(from, to);
        });
        Fill(broken);
        if (Record.Exception(() => broken.Place("snap", Now)) is not { } failure)
        {
            AssertPlaced(kind, home);
            return;
        }
        Assert.Equal("disk full", failure.Message);
        broken.Abandon();
        Assert.Equal(before, Tree(home));
        Assert.Null(Make(kind, home.Root, null).Resume());
    }

    [Theory]
    [InlineData("whole", 2)]
    [InlineData("children", 3)]
    public void Where_not_even_that_can_be_done_it_says_so_and_running_again_finishes_it(string kind, int steps)
    {
        using var home = new Home();
        home.Write("old1", "old");
        home.Write("old2/inside", "old");
        var left = steps;
        var broken = Make(kind, home.Root, (from, to) =>
        {
            if (left-- <= 0)
                throw new IOException("read-only now");
            PosixFile.Rename(from, to);
        });
        Fill(broken);
        var fault = Assert.Throws<FaultException>(() => broken.Place("snap", Now)).Fault;
        Assert.Equal("HalfPlaced", fault.Kind);
        broken.Abandon();
        Assert.Equal("snap", Make(kind, home.Root, null).Resume());
        AssertPlaced(kind, home);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("children")]
    public void Of_two_restores_in_one_second_both_keep_what_was_there(string kind)
    {
        using var home = new Home();
        home.Write("old1", "old");
        home.Write("old2/inside", "old");
        for (var i = 0; i < 2; i++)
        {
            var placement = Make(kind, home.Root, null);
            Fill(placement);
            placement.Place("snap", Now);
        }
        AssertPlaced(kind, home);
        var second = (kind == "whole"
            ? home.Aside(".home.before-restore-20261121T104530Z")
            : home.At(".before-restore-20261121T104530Z")) + "-2";
        Assert.Equal("new", File.ReadAllText(Path.Combine(second, "old2", "inside")));
        Assert.True(File.Exists(Path.Combine(second, "new1")));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void What_a_program_wrote_before_an_interrupted_restore_was_finished_is_kept_too(int steps)
    {
        using var home = new Home();
        home.Write("old1", "old");
        home.Write("old2/inside", "old");
        Fill(Make("children", home.Root, null));
        var left = steps;
        var broken = Make("children", home.Root, (from, to) =>
        {
            if (left-- == 0)
                throw new PowerCutException();
            PosixFile.Rename(from, to);
        });
        Assert.Throws<PowerCutException>(() => broken.Place("snap", Now));
        home.Write("new1", "meanwhile");
        home.Write("old2/inside", "meanwhile");
        Make("children", home.Root, null).Resume();
        AssertPlaced("children", home);
        var kept = Directory.GetFiles(home.At(".before-restore-20261121T104530Z"), "*", SearchOption.AllDirectories)
            .Select(File.ReadAllText).ToList();
        Assert.Equal(2, kept.Count(text => text == "meanwhile"));
    }

    [Fact]
    public async Task A_mounted_volume_is_restored_child_by_child()
    {
        using var home = new Home();
        home.Write("a", "new");
        var name = (await home.SnapshotAsync()).Name;
        var volume = Directory.CreateDirectory(home.Aside("volume")).FullName;
        using var mount = System.Diagnostics.Process.Start("mount", ["-t", "tmpfs", "none", volume]);
        await mount.WaitForExitAsync();
        Assert.SkipUnless(mount.ExitCode == 0, "mounting needs root: run the tests as root to see a real mount point restored");
        try
        {
            File.WriteAllText(Path.Combine(volume, "b"), "old");
            var outcome = await home.RestoreAsync(name, volume);
            Assert.Equal("new", File.ReadAllText(Path.Combine(volume, "a")));
            Assert.Equal("old", File.ReadAllText(Path.Combine(outcome.Before!, "b")));
            Assert.False(File.Exists(Path.Combine(volume, "b")));
        }
        finally
        {
            using var unmount = System.Diagnostics.Process.Start("umount", [volume]);
            await unmount.WaitForExitAsync();
        }
    }

    /// <summary>What no program lives to handle.</summary>
    private sealed class PowerCutException : Exception;

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    private static List<string> Tree(Home home) =>
        [.. Directory.GetFileSystemEntries(home.Aside("."), "*", Everything).Order(StringComparer.Ordinal)];

    private static Placement Make(string kind, string into, Action<string, string>? rename) =>
        kind == "whole" ? new WholePlacement(into, rename) : new ChildrenPlacement(into, rename);

    private static void Fill(Placement placement)
    {
        placement.MakePartial();
        File.WriteAllText(Path.Combine(placement.Partial, "new1"), "new");
        Directory.CreateDirectory(Path.Combine(placement.Partial, "old2"));
        File.WriteAllText(Path.Combine(placement.Partial, "old2", "inside"), "new");
    }

    private static void AssertPlaced(string kind, Home home)
    {
        Assert.Equal("new", File.ReadAllText(home.At("new1")));
        Assert.Equal("new", File.ReadAllText(home.At("old2/inside")));
        Assert.False(File.Exists(home.At("old1")));
        var before = kind == "whole" ? home.Aside(".home.before-restore-20261121T104530Z") : home.At(".before-restore-20261121T104530Z");
        Assert.Equal("old", File.ReadAllText(Path.Combine(before, "old1")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(before, "old2", "inside")));
    }
}
