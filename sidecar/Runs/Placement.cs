using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What placing a directory did.</summary>
/// <param name="Before">Where the old contents are now; null when there were none.</param>
/// <param name="Note">What could not be set on the place itself, in words; null when all could.</param>
internal sealed record Placed(string? Before, string? Note);

/// <summary>
/// Puts a finished directory where another stands and keeps the other beside it. Every step is one rename, so that an interruption at any
/// instant leaves a state that <see cref="Resume"/> carries to its end, and a step that fails lets those before it be taken back; nothing
/// of the old is ever deleted.
/// </summary>
internal abstract class Placement(string into, Action<string, string>? rename)
{
    private const char Separator = '~';
    private const uint OwnersWrite = 0x80;
    private const UnixFileMode OursAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Stack<Action> _undo = new();

    /// <summary>Where to extract to: on the same file system as the place.</summary>
    public abstract string Partial { get; }

    public string Into => into;

    /// <summary>
    /// Whole where the directory can be renamed; child by child where it is a mount point, holds one, or its parent is closed to us.
    /// </summary>
    /// <param name="make">Make the directory above where it is missing; without it nothing at all is touched.</param>
    public static Placement For(string directory, bool make = true)
    {
        var into = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (FileState.Find(into) is { Kind: FileKind.SymbolicLink })
            into = Directory.ResolveLinkTarget(into, returnFinalTarget: true)!.FullName;
        if (FileState.Find(into) is not { } state)
        {
            if (make)
                Directory.CreateDirectory(Path.GetDirectoryName(into)!);
            return new WholePlacement(into, null);
        }
        return Path.GetDirectoryName(into) is { } parent && CanBeRenamed(into, state, parent)
            ? new WholePlacement(into, null)
            : new ChildrenPlacement(into, null);
    }

    /// <summary>Why nothing can be placed here, found by looking alone; null when nothing speaks against it.</summary>
    public abstract Fault? Refusal();

    /// <summary>
    /// Finishes an interrupted placing and returns the snapshot it was of; null when there was none. Clears a half extraction.
    /// </summary>
    public string? Resume()
    {
        try
        {
            return Finish();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && Pending() is not null)
        {
            throw HalfPlaced(Pending()!, failure.Message, failure);
        }
        finally
        {
            _undo.Clear();
        }
    }

    /// <summary>
    /// The snapshot whose placing was interrupted and would be finished by <see cref="Resume"/>; null when there is none.
    /// </summary>
    public abstract string? Pending();

    /// <summary>How it goes about it, in words.</summary>
    public abstract string Manner { get; }

    /// <summary>Where what is there now would be, in words; null when nothing is.</summary>
    public abstract string? Aside();

    /// <summary>
    /// Places what lies in <see cref="Partial"/>. When it throws, what was there is there again as it was; but for a <c>HalfPlaced</c>
    /// fault, after which <see cref="Resume"/> goes on.
    /// </summary>
    public Placed Place(string snapshot, DateTimeOffset now)
    {
        var before = _undo.Count;
        try
        {
            return Swap(snapshot, now);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            try
            {
                TakeBack(before);
            }
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                _undo.Clear();
                throw HalfPlaced(snapshot, $"{failure.Message}; and what was there could not be put back: {second.Message}", failure);
            }
            throw;
        }
    }

    public virtual void MakePartial()
    {
        RemovePartial();
        Directory.CreateDirectory(Partial, OursAlone);
    }

    /// <summary>Leaves the place as it was found; not after a <c>HalfPlaced</c> fault, when there is nothing more to take back.</summary>
    public void Abandon()
    {
        RemovePartial();
        TakeBack(0);
    }

    /// <summary>Nothing is there that a person or program put there.</summary>
    public virtual bool IsEmpty() => !Directory.Exists(into) || ChildrenOf(into).All(IsOurs);

    protected abstract string? Finish();

    protected abstract Placed Swap(string snapshot, DateTimeOffset now);

    protected static string Mark(string snapshot, string stamp) => stamp + Separator + snapshot;

    protected static (string Stamp, string Snapshot) Unmark(string path, string prefix)
    {
        var mark = Path.GetFileName(path)[prefix.Length..];
        var cut = mark.IndexOf(Separator, StringComparison.Ordinal);
        return (mark[..cut], mark[(cut + 1)..]);
    }

    protected static bool IsOurs(string name) =>
        name is "lost+found" or ChildrenPlacement.PartialName
        || name.StartsWith(ChildrenPlacement.BeforePrefix, StringComparison.Ordinal)
        || name.StartsWith(ChildrenPlacement.ReadyPrefix, StringComparison.Ordinal)
        || name.StartsWith(ChildrenPlacement.PlacingPrefix, StringComparison.Ordinal);

    /// <summary>What a directory holds, under names that lead to it whatever their bytes are.</summary>
    protected static IReadOnlyList<string> ChildrenOf(string directory)
    {
        using var open = PosixFile.OpenDirectory(null, directory, follow: true);
        return DirectoryNames.Of(open).Names;
    }

    protected void Move(string from, string to)
    {
        Rename(from, to);
        _undo.Push(() => Rename(to, from));
    }

    protected void Make(string directory)
    {
        if (FileState.Find(directory) is not null)
            return;
        Make(Path.GetDirectoryName(directory)!);
        Directory.CreateDirectory(directory, OursAlone);
        _undo.Push(() => Directory.Delete(directory));
    }

    /// <summary>What was done is done: from here on nothing is taken back.</summary>
    protected void Commit() => _undo.Clear();

    protected void RemovePartial() => PosixFile.RemoveTree(null, Partial);

    protected void Open(string directory, FileState state)
    {
        PosixFile.SetMode(null, directory, state.Mode | OwnersWrite | OwnersWrite >> 1);
        _undo.Push(() => PosixFile.SetMode(null, directory, state.Mode));
    }

    /// <summary>A name nothing has yet.</summary>
    protected static string Free(string path)
    {
        var free = path;
        for (var n = 2; FileState.Find(free) is not null; n++)
            free = $"{path}-{n}";
        return free;
    }

    private static bool CanBeRenamed(string into, FileState state, string parent) =>
        !state.IsMountRoot && FileState.Find(parent) is { } above && above.Device == state.Device && PosixAccess.MayChange(parent)
        && (!above.IsSticky || PosixAccess.IsOwner(state) || PosixAccess.IsOwner(above)) && Mounts.Below(into).Paths.Count == 0;

    private void Rename(string from, string to)
    {
        var step = rename ?? PosixFile.Rename;
        try
        {
            step(from, to);
        }
        catch (PosixException closed) when (closed.Errno == PosixException.NoAccess
            && FileState.Find(from) is { Kind: FileKind.Directory } state && PosixAccess.IsOwner(state))
        {
            // Its ".." changes with its parent, for which it must be writable itself (rename(2), EACCES).
            PosixFile.SetMode(null, from, state.Mode | OwnersWrite);
            try
            {
                step(from, to);
            }
            finally
            {
                PosixFile.SetMode(null, FileState.Find(from) is null ? to : from, state.Mode);
            }
        }
    }

    private void TakeBack(int to)
    {
        while (_undo.Count > to)
            _undo.Pop()();
    }

    private FaultException HalfPlaced(string snapshot, string cause, Exception failure) => new(new Fault("HalfPlaced",
        $"placing {snapshot} in {into}: {cause}; part of it is in place, and what was there is beside it",
        "Once the cause is gone, restore again before anything is written there: that finishes it"), failure);
}
