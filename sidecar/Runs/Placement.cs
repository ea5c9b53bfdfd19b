using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Puts a finished directory where another stands and keeps the other beside it. Every step is one rename, so that an interruption at any
/// instant leaves a state that <see cref="Resume"/> carries to its end; nothing of the old is ever deleted.
/// </summary>
internal abstract class Placement(string into, Action<string, string>? rename)
{
    private const char Separator = '~';

    /// <summary>Where to extract to: on the same file system as the place.</summary>
    public abstract string Partial { get; }

    public string Into => into;

    /// <summary>Whole where the directory can be renamed; child by child where it is a mount point or its parent is closed to us.</summary>
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
        var parent = Path.GetDirectoryName(into);
        var stays = parent is null || state.IsMountRoot || FileState.Find(parent)?.Device != state.Device || !PosixAccess.MayChange(parent);
        return stays ? new ChildrenPlacement(into, null) : new WholePlacement(into, null);
    }

    /// <summary>
    /// Finishes an interrupted placing and returns the snapshot it was of; null when there was none. Clears a half extraction.
    /// </summary>
    public abstract string? Resume();

    /// <summary>
    /// The snapshot whose placing was interrupted and would be finished by <see cref="Resume"/>; null when there is none.
    /// </summary>
    public abstract string? Pending();

    /// <summary>How it goes about it, in words.</summary>
    public abstract string Manner { get; }

    /// <summary>Where what is there now would be, in words; null when nothing is.</summary>
    public abstract string? Aside();

    /// <summary>Places what lies in <see cref="Partial"/>; returns where the old contents are now, null when there were none.</summary>
    public abstract string? Place(string snapshot, DateTimeOffset now);

    public void MakePartial()
    {
        RemovePartial();
        Directory.CreateDirectory(Partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void RemovePartial()
    {
        PosixFile.RemoveTree(null, Partial);
    }

    /// <summary>Nothing is there that a person or program put there.</summary>
    public bool IsEmpty() => !Directory.Exists(into) || !Directory.EnumerateFileSystemEntries(into).Any(path =>
        !IsOurs(Path.GetFileName(path)));

    protected static string Mark(string snapshot, string stamp) => stamp + Separator + snapshot;

    protected static (string Stamp, string Snapshot) Unmark(string path, string prefix)
    {
        var mark = Path.GetFileName(path)[prefix.Length..];
        var cut = mark.IndexOf(Separator, StringComparison.Ordinal);
        return (mark[..cut], mark[(cut + 1)..]);
    }

    protected static bool IsOurs(string name) =>
        name == "lost+found" || name == ChildrenPlacement.PartialName || name.StartsWith(ChildrenPlacement.BeforePrefix,
            StringComparison.Ordinal)
        || name.StartsWith(ChildrenPlacement.ReadyPrefix, StringComparison.Ordinal)
        || name.StartsWith(ChildrenPlacement.PlacingPrefix, StringComparison.Ordinal);

    /// <summary>What a directory holds, under names that lead to it whatever their bytes are.</summary>
    protected static IReadOnlyList<string> ChildrenOf(string directory)
    {
        using var open = PosixFile.OpenDirectory(null, directory, follow: true);
        return DirectoryNames.Of(open).Names;
    }

    protected void Rename(string from, string to) => (rename ?? PosixFile.Rename)(from, to);

    /// <summary>A name nothing has yet.</summary>
    protected static string Free(string path)
    {
        var free = path;
        for (var n = 2; FileState.Find(free) is not null; n++)
            free = $"{path}-{n}";
        return free;
    }
}
