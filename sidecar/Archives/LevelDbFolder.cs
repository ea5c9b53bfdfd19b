using System.Text.RegularExpressions;
using ChatOps.Sidecar.Posix;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// The files of a LevelDB store as they were at one instant, however long reading them takes: tables never change, logs and the MANIFEST
/// only grow, and an open file outlives its name. So descriptors and lengths taken while CURRENT, the MANIFEST and the set of names stood
/// still are a whole store. File by file, a table that a later MANIFEST names would be missing.
/// </summary>
/// <remarks>Source: LevelDB, doc/impl.md ("Files", "Recovery"). Every profile of Chromium and Electron has several.</remarks>
internal sealed partial class LevelDbFolder : IDisposable
{
    /// <summary>A compaction changes the set of names for a moment; one look takes less than a millisecond.</summary>
    private const int Tries = 100;

    private readonly List<(string Name, SafeFileHandle File, FileState State)> _files = [];

    private LevelDbFolder()
    {
    }

    /// <summary>Each with its length at that instant, of which no byte changes any more.</summary>
    public IReadOnlyList<(string Name, SafeFileHandle File, FileState State)> Files => _files;

    public static bool IsOne(DirectoryNames names) =>
        names.Contains("CURRENT") && names.Names.Any(name => name.StartsWith("MANIFEST-", StringComparison.Ordinal));

    /// <summary>Whether what a file of this name says depends on the others; a lock and a log for people do not.</summary>
    public static bool IsPart(string name) => Part().IsMatch(name);

    /// <summary>Null when it never stood still, or may not be read.</summary>
    public static LevelDbFolder? TryHold(SafeFileHandle directory)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var folder = new LevelDbFolder();
            try
            {
                if (folder.Open(directory))
                    return folder;
            }
            catch (PosixException)
            {
                folder.Dispose();
                return null;
            }
            folder.Dispose();
        }
        return null;
    }

    public void Dispose() => _files.ForEach(part => part.File.Dispose());

    private bool Open(SafeFileHandle directory)
    {
        foreach (var name in Parts(directory))
        {
            if (PosixFile.TryOpen(directory, name) is not { } file)
                return false;
            _files.Add((name, file, FileState.Of(file)));
        }
        return Parts(directory).SequenceEqual(_files.Select(part => part.Name))
            && _files.Where(part => part.Name[0] is 'C' or 'M').All(part =>
                FileState.Find(directory, part.Name) is { } now && now.IsSameFile(part.State) && now.Size == part.State.Size);
    }

    private static IEnumerable<string> Parts(SafeFileHandle directory) => DirectoryNames.Of(directory).Names.Where(IsPart);

    [GeneratedRegex("^(CURRENT|MANIFEST-[0-9]+|[0-9]+\\.(ldb|sst|log))\\z")]
    private static partial Regex Part();
}
