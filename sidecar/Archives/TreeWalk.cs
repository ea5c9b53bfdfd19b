using ChatOps.Sidecar.Posix;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Archives;

/// <summary>One thing found in the home. <see cref="Directory"/> stays open only while the walk stands on the entry.</summary>
internal readonly record struct TreeEntry(string Path, string Name, SafeFileHandle Directory, DirectoryNames Siblings, FileState State);

/// <summary>
/// Walks a directory through open descriptors and never follows a symbolic link, in name order; a directory comes after what it holds, so
/// that whoever extracts in this order can set its times for good. Stays on one file system. Memory grows with the widest directory, not
/// with the tree.
/// </summary>
internal sealed class TreeWalk(string root, PathGlobs excludes, IReadOnlyList<FileState> leftOut)
{
    private ulong _device;

    /// <summary>What was not looked at, with the reason.</summary>
    public List<ListedPath> Skipped { get; } = [];

    public List<string> Excluded { get; } = [];

    public List<string> Vanished { get; } = [];

    /// <summary>The root itself comes last, with an empty path.</summary>
    public IEnumerable<TreeEntry> Enumerate()
    {
        using var top = PosixFile.OpenDirectory(null, root, follow: true);
        _device = FileState.Of(top).Device;
        var names = DirectoryNames.Of(top);
        foreach (var entry in Inside(top, names, ""))
            yield return entry;
        yield return new("", ".", top, names, FileState.Of(top));
    }

    private IEnumerable<TreeEntry> Inside(SafeFileHandle directory, DirectoryNames names, string prefix)
    {
        foreach (var name in names.Names)
        {
            var path = prefix + name;
            if (excludes.Match(path))
            {
                Excluded.Add(path);
                continue;
            }
            if (TryFind(directory, names, name, path) is not { } state)
                continue;
            if (state.Kind == FileKind.Directory)
            {
                if (leftOut.Any(other => other.IsSameFile(state)))
                {
                    Excluded.Add(path);
                    continue;
                }
                // What is mounted there is another volume with snapshots of its own; the empty place to mount it on is kept.
                if (state.IsMountRoot || state.Device != _device)
                {
                    Skipped.Add(new(path, "another file system is mounted there"));
                    yield return new(path, name, directory, names, state);
                    continue;
                }
                if (TryOpen(directory, name, path, state) is not var (inner, below))
                    continue;
                using (inner)
                {
                    foreach (var entry in Inside(inner, below, path + "/"))
                        yield return entry;
                }
            }
            yield return new(path, name, directory, names, state);
        }
    }

    private FileState? TryFind(SafeFileHandle directory, DirectoryNames names, string name, string path)
    {
        try
        {
            if (FileState.Find(directory, name) is { } state)
                return state;
            // Tables of LevelDB come and go all the time; whether they were had together is looked at by whoever archives them.
            if (!LevelDbFolder.IsPart(name) || !LevelDbFolder.IsOne(names))
                Vanished.Add(path);
        }
        catch (PosixException failure)
        {
            // A folder that may be listed and not entered, a mount whose program died: it costs itself alone.
            Skipped.Add(ListedPath.Unread(path, failure, FileState.Of(directory)));
        }
        return null;
    }

    private (SafeFileHandle Directory, DirectoryNames Names)? TryOpen(
        SafeFileHandle directory, string name, string path, in FileState state)
    {
        SafeFileHandle? open = null;
        try
        {
            open = PosixFile.OpenDirectory(directory, name);
            return (open, DirectoryNames.Of(open));
        }
        catch (PosixException failure)
        {
            open?.Dispose();
            if (failure.IsVanished)
                Vanished.Add(path);
            else
                Skipped.Add(ListedPath.Unread(path, failure, state));
            return null;
        }
    }
}
