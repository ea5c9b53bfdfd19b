using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Places contents inside a directory that cannot itself be renamed, such as a mounted volume. The name of the directory they wait in says
/// how far it got: <c>.restore-ready-</c> while the old moves out, <c>.restore-placing-</c> while the new moves in.
/// </summary>
internal sealed class ChildrenPlacement(string into, Action<string, string>? rename) : Placement(into, rename)
{
    public const string PartialName = ".restore-partial";
    public const string ReadyPrefix = ".restore-ready-";
    public const string PlacingPrefix = ".restore-placing-";
    public const string BeforePrefix = ".before-restore-";

    public override string Partial => Path.Combine(Into, PartialName);

    public override string? Resume()
    {
        string? snapshot = null;
        foreach (var placing in Directory.GetDirectories(Into, PlacingPrefix + "*"))
        {
            snapshot = Unmark(placing, PlacingPrefix).Snapshot;
            MoveIn(placing);
        }
        foreach (var ready in Directory.GetDirectories(Into, ReadyPrefix + "*"))
        {
            snapshot = Unmark(ready, ReadyPrefix).Snapshot;
            MoveIn(MoveOut(ready).Placing);
        }
        RemovePartial();
        return snapshot;
    }

    public override string Manner => "child by child, as it cannot itself be renamed";

    public override string? Pending() =>
        Directory.GetDirectories(Into, PlacingPrefix + "*").Select(placing => Unmark(placing, PlacingPrefix).Snapshot)
            .Concat(Directory.GetDirectories(Into, ReadyPrefix + "*").Select(ready => Unmark(ready, ReadyPrefix).Snapshot))
            .FirstOrDefault();

    public override string? Aside() => IsEmpty() ? null : Path.Combine(Into, BeforePrefix + "TIME");

    public override string? Place(string snapshot, DateTimeOffset now)
    {
        // The same second may have seen another restore, whose kept contents must not be mixed with those of this one.
        var stamp = Path.GetFileName(Free(BeforeOf(SnapshotName.StampOf(now))))[BeforePrefix.Length..];
        var ready = Path.Combine(Into, ReadyPrefix + Mark(snapshot, stamp));
        Rename(Partial, ready);
        PosixFile.Sync(Into);
        var (placing, before) = MoveOut(ready);
        MoveIn(placing);
        return before;
    }

    private (string Placing, string? Before) MoveOut(string ready)
    {
        var (stamp, snapshot) = Unmark(ready, ReadyPrefix);
        var before = BeforeOf(stamp);
        foreach (var child in ChildrenOf(Into).Where(name => !IsOurs(name)))
            KeepAside(Path.Combine(Into, child), before);
        PosixFile.Sync(Into);
        var placing = Path.Combine(Into, PlacingPrefix + stamp + "~" + snapshot);
        Rename(ready, placing);
        PosixFile.Sync(Into);
        return (placing, Directory.Exists(before) ? before : null);
    }

    private void MoveIn(string placing)
    {
        foreach (var child in ChildrenOf(placing))
        {
            var place = Path.Combine(Into, child);
            // Made by a program that did not wait for an interrupted restore to be finished.
            if (FileState.Find(place) is not null)
                KeepAside(place, BeforeOf(Unmark(placing, PlacingPrefix).Stamp));
            Rename(Path.Combine(placing, child), place);
        }
        if (FileState.Find(placing) is { } state)
        {
            using var root = PosixFile.OpenDirectory(null, Into, follow: true);
            PosixFile.TrySetOwner(root, ".", state.Uid, state.Gid);
            PosixFile.SetMode(root, ".", state.Mode);
        }
        Directory.Delete(placing);
        PosixFile.Sync(Into);
    }

    private string BeforeOf(string stamp) => Path.Combine(Into, BeforePrefix + stamp);

    private void KeepAside(string path, string before)
    {
        Directory.CreateDirectory(before, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Rename(path, Free(Path.Combine(before, Path.GetFileName(path))));
    }
}
