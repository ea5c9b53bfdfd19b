using ChatOps.Sidecar.Posix;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Archives what is no database: each file as one moment of it. A file that changed while it was read is read again, three times in all;
/// a large one then lies in the archive more than once, and the last one counts, as tar has it. What kept changing is listed. The files of
/// a LevelDB store are of one moment together.
/// </summary>
internal sealed class FileArchiver(ArchiveWriter archive, ContentObserver progress)
{
    private const int Tries = 3;

    private readonly Dictionary<(ulong Device, ulong Inode), string> _linked = [];

    /// <summary>Stores of LevelDB that were met, and whether they could be had as a whole.</summary>
    private readonly Dictionary<string, bool> _levelDbs = new(StringComparer.Ordinal);

    public List<string> Changed { get; } = [];

    public List<string> Vanished { get; } = [];

    public List<ListedPath> Skipped { get; } = [];

    public long Bytes { get; private set; }

    public long Files { get; private set; }

    public void Add(in TreeEntry entry, CancellationToken cancellation)
    {
        try
        {
            switch (entry.State.Kind)
            {
                case FileKind.File when IsOfLevelDb(entry, cancellation):
                    break;
                case FileKind.File:
                    AddFile(entry, cancellation);
                    break;
                case FileKind.Directory:
                    AddDirectory(entry);
                    break;
                case FileKind.SymbolicLink:
                    var target = PosixFile.ReadLink(entry.Directory, entry.Name);
                    archive.Add(ArchiveEntry.Of(entry.Path, EntryKind.SymbolicLink, entry.State, target: target));
                    break;
                default:
                    Skipped.Add(new(entry.Path, $"a {entry.State.Kind.ToString().ToLowerInvariant()} has no contents to keep"));
                    break;
            }
        }
        catch (PosixException failure) when (failure.IsVanished)
        {
            Vanished.Add(entry.Path);
        }
        catch (PosixException failure)
        {
            Skipped.Add(ListedPath.Unread(entry.Path, failure, entry.State));
        }
    }

    /// <summary>Archives the whole store with the first of its files; false where each has to be read by itself.</summary>
    private bool IsOfLevelDb(in TreeEntry entry, CancellationToken cancellation)
    {
        if (!LevelDbFolder.IsPart(entry.Name) || !LevelDbFolder.IsOne(entry.Siblings))
            return false;
        var folder = entry.Path[..^entry.Name.Length];
        if (!_levelDbs.TryGetValue(folder, out var whole))
            _levelDbs[folder] = whole = AddLevelDb(folder, entry.Directory, cancellation);
        return whole;
    }

    private bool AddLevelDb(string folder, SafeFileHandle directory, CancellationToken cancellation)
    {
        using var held = LevelDbFolder.TryHold(directory);
        if (held is null)
        {
            Changed.Add(folder);
            return false;
        }
        foreach (var (name, file, state) in held.Files)
        {
            var entry = Entry(folder + name, file, state) with { Size = state.Size };
            if (!archive.Add(entry, (buffer, at) => RandomAccess.Read(file, buffer, at), progress, cancellation))
                Changed.Add(folder + name);
            Bytes += state.Size;
            Files++;
        }
        return true;
    }

    private void AddDirectory(in TreeEntry entry)
    {
        using var open = PosixFile.OpenDirectory(entry.Directory, entry.Name);
        archive.Add(ArchiveEntry.Of(entry.Path.Length == 0 ? "." : entry.Path, EntryKind.Directory, entry.State) with
        {
            Attributes = ExtendedAttributes.Of(open),
        });
    }

    private void AddFile(in TreeEntry entry, CancellationToken cancellation)
    {
        using var file = PosixFile.TryOpen(entry.Directory, entry.Name);
        if (file is null)
        {
            Vanished.Add(entry.Path);
            return;
        }
        var state = FileState.Of(file);
        if (state.Kind != FileKind.File)
        {
            Skipped.Add(new(entry.Path, "it was replaced by something that is no file"));
            return;
        }
        if (state.Links > 1 && !_linked.TryAdd((state.Device, state.Inode), entry.Path))
        {
            archive.Add(ArchiveEntry.Of(entry.Path, EntryKind.HardLink, state, target: _linked[(state.Device, state.Inode)]));
            return;
        }
        var quiet = state.Size <= archive.Buffer.Length
            ? AddSmall(entry.Path, file, state)
            : AddLarge(entry.Path, file, state, cancellation);
        if (!quiet)
            Changed.Add(entry.Path);
        Files++;
    }

    private bool AddSmall(string path, SafeFileHandle file, FileState state)
    {
        for (var attempt = 1; ; attempt++)
        {
            var read = ReadWhole(file);
            var after = FileState.Of(file);
            var quiet = after.IsUntouchedSince(state) && read == state.Size;
            state = after;
            if (!quiet && attempt < Tries)
                continue;
            Bytes += read;
            archive.Add(Entry(path, file, state), archive.Buffer.AsSpan(0, read), progress);
            return quiet;
        }
    }

    private bool AddLarge(string path, SafeFileHandle file, FileState state, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var whole = archive.Add(
                Entry(path, file, state) with { Size = state.Size }, (buffer, at) => RandomAccess.Read(file, buffer, at), progress,
                    cancellation);
            var after = FileState.Of(file);
            var quiet = whole && after.IsUntouchedSince(state);
            Bytes += state.Size;
            state = after;
            if (quiet || attempt == Tries)
                return quiet;
        }
    }

    private int ReadWhole(SafeFileHandle file)
    {
        var total = 0;
        int read;
        while (total < archive.Buffer.Length && (read = RandomAccess.Read(file, archive.Buffer.AsSpan(total), total)) > 0)
            total += read;
        return total;
    }

    private static ArchiveEntry Entry(string path, SafeFileHandle file, in FileState state) =>
        ArchiveEntry.Of(path, EntryKind.File, state) with { Attributes = ExtendedAttributes.Of(file) };
}
