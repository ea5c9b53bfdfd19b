using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Places contents inside a directory that cannot itself be renamed, such as a mounted volume, which need not belong to us either. The
/// name of the directory they wait in says how far it got: <c>.restore-ready-</c> while the old moves out, <c>.restore-placing-</c> while
/// the new moves in. What is mounted below stays where it is, and so do the directories that lead there.
/// </summary>
internal sealed class ChildrenPlacement(string into, Action<string, string>? rename) : Placement(into, rename)
{
    public const string PartialName = ".restore-partial";
    public const string ReadyPrefix = ".restore-ready-";
    public const string PlacingPrefix = ".restore-placing-";
    public const string BeforePrefix = ".before-restore-";

    private const int MostNamed = 3;

    private readonly Lazy<Mounts> _mounts = new(() => Mounts.Below(into));

    public override string Partial => Path.Combine(Into, PartialName);

    public override Fault? Refusal()
    {
        var root = FileState.Find(Into)!.Value;
        if (PosixAccess.WhyNot(Into) is { } why && (why.Errno == PosixException.ReadOnly || !PosixAccess.IsOwner(root)))
            return new("Forbidden", $"{why.Message}; it is {root.Rights}, and this runs as {PosixAccess.Who}",
                why.Errno == PosixException.ReadOnly ? "Mount it for writing" : "Run as its owner (home.runAs), or let its group write");
        var stuck = ChildrenOf(Into).Where(name => !IsOurs(name) && IsStuck(root, Path.Combine(Into, name))).ToList();
        return stuck.Count == 0 ? null : new(
            "Forbidden", $"moving aside what is in {Into}: {string.Join(", ", stuck.Take(MostNamed))}"
                + $"{(stuck.Count > MostNamed ? $" and {stuck.Count - MostNamed} more" : "")} cannot be moved by {PosixAccess.Who}, "
                + $"as {FileState.Find(Path.Combine(Into, stuck[0]))?.Rights} is another's",
            "Run as their owner or as root (home.runAs)");
    }

    protected override string? Finish()
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
            MoveIn(MoveOut(ready));
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

    public override bool IsEmpty() => ChildrenOf(Into).All(name => IsOurs(name) || OnlyLeadsToMounts(Path.Combine(Into, name)));

    public override void MakePartial()
    {
        if (!PosixAccess.MayChange(Into))
            Open(Into, FileState.Find(Into)!.Value);
        base.MakePartial();
    }

    protected override Placed Swap(string snapshot, DateTimeOffset now)
    {
        foreach (var mount in _mounts.Value.Paths.Where(IsWanted))
            throw new FaultException(new Fault("MountInTheWay",
                $"placing {snapshot} in {Into}: another file system is mounted at {mount}, where the snapshot has something too",
                "Restore where that is not mounted"));
        // The same second may have seen another restore, whose kept contents must not be mixed with those of this one.
        var stamp = Path.GetFileName(Free(BeforeOf(SnapshotName.StampOf(now))))[BeforePrefix.Length..];
        var ready = Path.Combine(Into, ReadyPrefix + Mark(snapshot, stamp));
        Move(Partial, ready);
        PosixFile.TrySync(Into);
        var note = MoveIn(MoveOut(ready));
        return new(Directory.Exists(BeforeOf(stamp)) ? BeforeOf(stamp) : null, note);
    }

    private string MoveOut(string ready)
    {
        var (stamp, snapshot) = Unmark(ready, ReadyPrefix);
        MoveOut(Into, BeforeOf(stamp));
        PosixFile.TrySync(Into);
        var placing = Path.Combine(Into, PlacingPrefix + Mark(snapshot, stamp));
        Move(ready, placing);
        PosixFile.TrySync(Into);
        return placing;
    }

    private void MoveOut(string from, string before)
    {
        foreach (var name in ChildrenOf(from).Where(name => from != Into || !IsOurs(name)))
        {
            var child = Path.Combine(from, name);
            if (_mounts.Value.LieBelow(child))
                MoveOut(child, Path.Combine(before, name));
            else if (!_mounts.Value.IsOne(child))
                KeepAside(child, before);
        }
    }

    /// <returns>What could not be set on the place itself.</returns>
    private string? MoveIn(string placing)
    {
        var wanted = FileState.Find(placing)!.Value;
        if (!PosixAccess.MayChange(placing))
            Open(placing, wanted);
        MoveIn(placing, Into, BeforeOf(Unmark(placing, PlacingPrefix).Stamp));
        PosixFile.TrySync(Into);
        RemoveEmpty(placing);
        Commit();
        return Dress(wanted);
    }

    /// <summary>The data is in place: what fails from here on is told and fails nothing.</summary>
    private string? Dress(FileState wanted)
    {
        try
        {
            using var root = PosixFile.OpenDirectory(null, Into, follow: true);
            PosixFile.TrySetOwner(root, ".", wanted.Uid, wanted.Gid);
            PosixFile.TrySetMode(root, ".", wanted.Mode);
            PosixFile.TrySync(Into);
            var state = FileState.Of(root);
            return (state.Uid, state.Gid, state.Mode) == (wanted.Uid, wanted.Gid, wanted.Mode) ? null
                : $"{Into} itself stays {state.Rights}, where the snapshot has {wanted.Rights}: only its owner may change that";
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
    }

    private void MoveIn(string from, string to, string before)
    {
        foreach (var name in ChildrenOf(from))
        {
            var (child, place) = (Path.Combine(from, name), Path.Combine(to, name));
            if (_mounts.Value.LieBelow(place))
                MoveIn(child, place, Path.Combine(before, name));
            else if (!_mounts.Value.IsOne(place))
            {
                // Made by a program that did not wait for an interrupted restore to be finished.
                if (FileState.Find(place) is not null)
                    KeepAside(place, before);
                Move(child, place);
            }
        }
    }

    private bool IsWanted(string mount) => FileState.Find(Path.Combine(Partial, mount)) is { } state
        && (state.Kind != FileKind.Directory || ChildrenOf(Path.Combine(Partial, mount)).Count > 0);

    private bool OnlyLeadsToMounts(string path) => _mounts.Value.IsOne(path)
        || (_mounts.Value.LieBelow(path) && ChildrenOf(path).All(name => OnlyLeadsToMounts(Path.Combine(path, name))));

    /// <summary>As rename(2) has it: a sticky directory lets go only of one's own, and a directory must be writable to move.</summary>
    private bool IsStuck(FileState root, string path)
    {
        if (_mounts.Value.IsOne(path) || FileState.Find(path) is not { } state || PosixAccess.IsOwner(state))
            return false;
        return (root.IsSticky && !PosixAccess.IsOwner(root)) || (state.Kind == FileKind.Directory && !PosixAccess.MayChange(path));
    }

    private string BeforeOf(string stamp) => Path.Combine(Into, BeforePrefix + stamp);

    private void KeepAside(string path, string before)
    {
        Make(before);
        Move(path, Free(Path.Combine(before, Path.GetFileName(path))));
    }

    /// <summary>What is left of it are places for mounts; a file left in it would end this.</summary>
    private static void RemoveEmpty(string directory)
    {
        foreach (var name in ChildrenOf(directory))
            RemoveEmpty(Path.Combine(directory, name));
        Directory.Delete(directory);
    }
}
