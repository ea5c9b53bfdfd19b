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
            .Concat(Directory.GetDirectories(Into, ReadyPrefix + "*").Select(ready => Unmark(ready, ReadyPrefix).Snapshot)).FirstOrDefault();

    public override string? Aside() => IsEmpty() ? null : Path.Combine(Into, BeforePrefix + "TIME");

    public override string? Place(string snapshot, DateTimeOffset now)
    {
        var ready = Path.Combine(Into, ReadyPrefix + Mark(snapshot, now));
        Rename(Partial, ready);
        PosixFile.Sync(Into);
        var (placing, before) = MoveOut(ready);
        MoveIn(placing);
        return before;
    }

    private (string Placing, string? Before) MoveOut(string ready)
    {
        var (stamp, snapshot) = Unmark(ready, ReadyPrefix);
        var before = Path.Combine(Into, BeforePrefix + stamp);
        foreach (var child in ChildrenOf(Into).Where(name => !IsOurs(name)))
        {
            Directory.CreateDirectory(before, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Rename(Path.Combine(Into, child), Path.Combine(before, child));
        }
        PosixFile.Sync(Into);
        var placing = Path.Combine(Into, PlacingPrefix + stamp + "~" + snapshot);
        Rename(ready, placing);
        PosixFile.Sync(Into);
        return (placing, Directory.Exists(before) ? before : null);
    }

    private void MoveIn(string placing)
    {
        foreach (var child in ChildrenOf(placing))
            Rename(Path.Combine(placing, child), Path.Combine(Into, child));
        if (FileState.Find(placing) is { } state)
        {
            using var root = PosixFile.OpenDirectory(null, Into, follow: true);
            PosixFile.TrySetOwner(root, ".", state.Uid, state.Gid);
            PosixFile.SetMode(root, ".", state.Mode);
        }
        Directory.Delete(placing);
        PosixFile.Sync(Into);
    }
}
