using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Runs;

/// <summary>Finds the databases of a home and how much there is to read, by looking only.</summary>
internal sealed class HomeSurvey(string home, PathGlobs globs)
{
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    public List<DatabaseFile> Databases { get; } = [];

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
                Databases.Add(new(home, entry.Path));
                DatabaseBytes += entry.State.Size + (FileState.Find(entry.Directory, entry.Name + "-wal")?.Size ?? 0);
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

    private static byte[] Head(Microsoft.Win32.SafeHandles.SafeFileHandle directory, string name)
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
