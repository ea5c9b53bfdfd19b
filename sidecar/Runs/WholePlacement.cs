using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Places a directory by two renames in its parent. Between them the place is missing for an instant, and the finished one lies beside
/// it.
/// </summary>
internal sealed class WholePlacement(string into, Action<string, string>? rename) : Placement(into, rename)
{
    private readonly string _parent = Path.GetDirectoryName(into)!;
    private readonly string _name = Path.GetFileName(into);

    public override string Partial => Path.Combine(_parent, $".{_name}.partial");

    private string ReadyPrefix => $".{_name}.ready-";

    public override Fault? Refusal() => !Directory.Exists(_parent) || PosixAccess.WhyNot(_parent) is not { } why ? null : new(
        "Forbidden", $"{why.Message}; it is {FileState.Find(_parent)?.Rights}, and this runs as {PosixAccess.Who}",
        why.Errno == PosixException.ReadOnly ? "Mount it for writing" : "Run as its owner, or make the directory for this user first");

    protected override string? Finish()
    {
        string? snapshot = null;
        foreach (var ready in Directory.GetDirectories(_parent, ReadyPrefix + "*"))
        {
            snapshot = Unmark(ready, ReadyPrefix).Snapshot;
            Swap(ready);
        }
        RemovePartial();
        return snapshot;
    }

    public override string Manner => "as a whole, by one rename beside it";

    public override string? Pending() => !Directory.Exists(_parent) ? null : Directory.GetDirectories(_parent, ReadyPrefix + "*")
        .Select(ready => Unmark(ready, ReadyPrefix).Snapshot).FirstOrDefault();

    public override string? Aside() => FileState.Find(Into) is null ? null : Path.Combine(_parent, $".{_name}.before-restore-TIME");

    protected override Placed Swap(string snapshot, DateTimeOffset now)
    {
        var ready = Path.Combine(_parent, ReadyPrefix + Mark(snapshot, SnapshotName.StampOf(now)));
        Move(Partial, ready);
        PosixFile.TrySync(_parent);
        return new(Swap(ready), null);
    }

    private string? Swap(string ready)
    {
        string? before = null;
        if (FileState.Find(Into) is not null)
        {
            before = Free(Path.Combine(_parent, $".{_name}.before-restore-{Unmark(ready, ReadyPrefix).Stamp}"));
            Move(Into, before);
        }
        Move(ready, Into);
        PosixFile.TrySync(_parent);
        return before;
    }
}
