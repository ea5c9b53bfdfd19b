using System.Security.Cryptography;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Puts restored files into a directory beside what is there. A file that is there already and not the same is kept beside the new one as
/// <c>NAME.before-restore-TIME</c>, and nothing is ever deleted of it. Each file is the old or the new one at every instant; nothing is
/// followed through a symbolic link. An interruption is finished by running again.
/// </summary>
/// <param name="databases">Paths whose <c>-wal</c>, <c>-shm</c> and <c>-journal</c> belong to the old file: beside the new one they would
/// be played into it.</param>
internal sealed class PathPlacement(string into, IReadOnlySet<string> databases, DateTimeOffset now)
{
    public static readonly IReadOnlyList<string> Companions = ["-wal", "-shm", "-journal"];

    private readonly string _mark = ChildrenPlacement.BeforePrefix + SnapshotName.StampOf(now);
    private readonly List<string> _placed = [], _kept = [], _same = [];

    /// <summary>What is new, folders as a whole with a slash.</summary>
    public IReadOnlyList<string> Placed => _placed;

    /// <summary>The new names of what was in the way.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>What was there already, byte for byte.</summary>
    public IReadOnlyList<string> Same => _same;

    public void Place(string partial)
    {
        using var from = PosixFile.OpenDirectory(null, partial);
        using var to = PosixFile.OpenDirectory(null, into, follow: true);
        Merge(from, to, "");
        PosixFile.SyncFileSystem(to);
    }

    private void Merge(SafeFileHandle from, SafeFileHandle to, string prefix)
    {
        // It bears the mode it had at home, and must let go of what is in it.
        PosixFile.SetMode(from, ".", 0x1C0);
        foreach (var name in DirectoryNames.Of(from).Names)
        {
            var path = prefix + name;
            var (state, there) = (FileState.Find(from, name)!.Value, FileState.Find(to, name));
            if (state.Kind == FileKind.Directory && there?.Kind == FileKind.Directory)
            {
                using var inner = PosixFile.OpenDirectory(from, name);
                using var outer = PosixFile.OpenDirectory(to, name);
                Merge(inner, outer, path + "/");
                continue;
            }
            if (state.Kind == FileKind.Directory && there is { Kind: FileKind.SymbolicLink })
                throw new FaultException(
                    new Fault("UnsafePath", $"placing {path} in {into}: there is a link of that name, which is not followed",
                    "Give --into the directory it leads to, or move it away"));
            PlaceOne(from, to, prefix, name, state.Kind, there?.Kind);
        }
    }

    private void PlaceOne(SafeFileHandle from, SafeFileHandle to, string prefix, string name, FileKind kind, FileKind? there)
    {
        var old = databases.Contains(prefix + name) ? Companions.Where(end => FileState.Find(to, name + end) is not null).ToList() : [];
        if (old.Count == 0 && there == FileKind.File && kind == FileKind.File && AreSame(from, to, name))
        {
            _same.Add(prefix + name);
            return;
        }
        // The log of the old database first: an instant without it is harmless, one with the wrong file is not.
        foreach (var end in old)
            KeepAside(to, prefix, name + end, byLink: false);
        if (there is not null)
            KeepAside(to, prefix, name, byLink: there != FileKind.Directory && kind != FileKind.Directory);
        Rename(from, name, to, name);
        _placed.Add(kind == FileKind.Directory ? $"{prefix}{name}/" : prefix + name);
    }

    /// <param name="byLink">A second name, where the file system has them: the first is then never missing.</param>
    private void KeepAside(SafeFileHandle directory, string prefix, string name, bool byLink)
    {
        var aside = name + _mark;
        for (var n = 2; FileState.Find(directory, aside) is not null; n++)
            aside = $"{name}{_mark}-{n}";
        if (!byLink || !TryLink(directory, name, aside))
            Rename(directory, name, directory, aside);
        _kept.Add(prefix + aside);
    }

    private static bool TryLink(SafeFileHandle directory, string name, string aside)
    {
        try
        {
            return PosixFile.TryMakeHardLink(directory, name, directory, aside);
        }
        catch (PosixException)
        {
            return false;
        }
    }

    private static void Rename(SafeFileHandle from, string name, SafeFileHandle to, string newName)
    {
        if (Libc.RenameAt((int)from.DangerousGetHandle(), name, (int)to.DangerousGetHandle(), newName) != 0)
            throw PosixException.Last("rename", $"{name} to {newName}");
    }

    private static bool AreSame(SafeFileHandle from, SafeFileHandle to, string name)
    {
        using var one = PosixFile.TryOpen(from, name);
        using var other = PosixFile.TryOpen(to, name);
        return one is not null && other is not null && RandomAccess.GetLength(one) == RandomAccess.GetLength(other)
            && Hash(one).SequenceEqual(Hash(other));
    }

    private static byte[] Hash(SafeFileHandle file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        long at = 0;
        for (int read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
            hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }
}
