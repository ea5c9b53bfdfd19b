using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Runs;

/// <summary>Finds the databases of a home and how much there is to read, by looking only.</summary>
internal sealed class HomeSurvey(string home, PathGlobs globs)
{
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    public List<DatabaseFile> Databases { get; } = [];

    /// <summary>Databases that may not be read: they cost nothing but themselves.</summary>
    public List<ListedPath> Missed { get; } = [];

    public long DatabaseBytes { get; private set; }

    public long Bytes { get; private set; }

    public long Files { get; private set; }

    public void Look(TreeWalk walk, CancellationToken cancellation)
    {
        foreach (var entry in walk.Enumerate())
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.State.Kind != FileKind.File)
                continue;
            Files++;
            Bytes += entry.State.Size;
            if (IsDatabase(entry))
            {
                _paths.Add(entry.Path);
                if (!MayBeRead(entry))
                    continue;
                Databases.Add(new(home, entry.Path));
                DatabaseBytes += entry.State.Size + SizeOf(entry.Directory, entry.Name + "-wal");
            }
        }
    }

    /// <summary>The file is a database that was found, or belongs to one: it is archived as part of the image, not by itself.</summary>
    public bool Covers(string path)
    {
        if (_paths.Contains(path))
            return true;
        foreach (var companion in Companions)
        {
            if (path.EndsWith(companion, StringComparison.Ordinal) && _paths.Contains(path[..^companion.Length]))
                return true;
        }
        return false;
    }

    private bool IsDatabase(TreeEntry entry)
    {
        if (Companions.Any(suffix => entry.Name.EndsWith(suffix, StringComparison.Ordinal)
            && entry.Siblings.Contains(entry.Name[..^suffix.Length])))
            return false;
        if (globs.Match(entry.Path))
            return true;
        var directory = entry.Directory;
        var (siblings, name) = (entry.Siblings, entry.Name);
        bool Beside(string suffix) => siblings.Contains(name + suffix);
        return (entry.State.Size >= 100 && DatabaseMagic.IsDatabase(Head(directory, name)))
            || (Beside("-wal") && (Beside("-shm") || DatabaseMagic.IsWal(Head(directory, name + "-wal"))))
            || (Beside("-shm") && DatabaseMagic.IsIndex(Head(directory, name + "-shm")))
            || (Beside("-journal") && DatabaseMagic.IsJournal(Head(directory, name + "-journal")));
    }

    private bool MayBeRead(in TreeEntry entry)
    {
        try
        {
            PosixFile.TryOpen(entry.Directory, entry.Name)?.Dispose();
            return true;
        }
        catch (PosixException failure)
        {
            Missed.Add(ListedPath.Unread(entry.Path, failure, entry.State));
            return false;
        }
    }

    private static long SizeOf(SafeFileHandle directory, string name)
    {
        try
        {
            return FileState.Find(directory, name)?.Size ?? 0;
        }
        catch (PosixException)
        {
            return 0;
        }
    }

    private static byte[] Head(SafeFileHandle directory, string name)
    {
        try
        {
            using var file = PosixFile.TryOpen(directory, name);
            if (file is null)
                return [];
            var head = new byte[16];
            return head[..RandomAccess.Read(file, head, 0)];
        }
        catch (IOException)
        {
            // Not to be read: the walk that archives will say so.
            return [];
        }
    }
}
