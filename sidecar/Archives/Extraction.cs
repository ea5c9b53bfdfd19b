using ChatOps.Sidecar.Posix;
using ChatOps.Values;
using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Writes members below one open directory. Every parent is opened step by step without following links, so no archive, however made, can
/// write outside of it. What cannot be set here is told by <see cref="Losses"/>, and rights never come back wider than they were.
/// </summary>
internal sealed class Extraction(SafeFileHandle root, PathGlobs leaveOut) : IEntrySink, IDisposable
{
    private const int HoleSize = 64 * 1024;

    /// <summary>S_ISUID and S_ISGID: with another owner they would lend the rights of that one.</summary>
    private const uint LendsRights = 0xC00;

    private readonly HashSet<string> _replaceable = new(StringComparer.Ordinal);
    private SafeFileHandle? _parent;
    private string _parentPath = "";
    private SafeFileHandle? _file;
    private bool _sparse;
    private long _at;

    public Losses Losses { get; } = new();

    public void Begin(ArchiveEntry entry)
    {
        try
        {
            if (entry.Kind == EntryKind.File && !leaveOut.Match(entry.Path))
                Create(entry);
        }
        catch (PosixException failure) when (failure.Errno is PosixException.Loop or PosixException.NotDirectory or PosixException.Exists)
        {
            throw Refused(entry, failure);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
            return;
        // Only what was sparse becomes sparse again: elsewhere zeros were really on disk.
        while (!bytes.IsEmpty)
        {
            var part = _sparse ? bytes[..Math.Min(HoleSize, bytes.Length)] : bytes;
            if (!_sparse || part.ContainsAnyExcept((byte)0))
                Write(_file, part, _at);
            _at += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (IOException failure)
        {
            // By itself it does not say which file.
            throw new IOException($"writing {PosixException.PathOf(file)}: {failure.Message}", failure.HResult);
        }
    }

    public void End(ArchiveEntry entry)
    {
        if (leaveOut.Match(entry.Path))
            return;
        try
        {
            switch (entry.Kind)
            {
                case EntryKind.File:
                    Close(entry);
                    break;
                case EntryKind.HardLink:
                    EndHardLink(entry);
                    break;
                case EntryKind.SymbolicLink:
                    EndLink(entry);
                    break;
                default:
                    EndDirectory(entry);
                    break;
            }
        }
        catch (PosixException failure) when (failure.Errno is PosixException.Loop or PosixException.NotDirectory or PosixException.Exists)
        {
            throw Refused(entry, failure);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _parent?.Dispose();
    }

    private void Create(ArchiveEntry entry)
    {
        var (parent, name) = Locate(entry.Path);
        // A file that changed while it was archived is there again later: the later one counts.
        if (entry.Size > ArchiveWriter.BufferSize && !_replaceable.Add(entry.Path))
            _ = Libc.UnlinkAt((int)parent.DangerousGetHandle(), name, 0);
        _file = PosixFile.CreateNew(parent, name, 0x180);
        (_at, _sparse) = (0, entry.Sparse);
    }

    private void Close(ArchiveEntry entry)
    {
        var file = _file!;
        if (_sparse)
            RandomAccess.SetLength(file, _at);
        var (parent, last) = Locate(entry.Path);
        Dress(parent, last, file, entry);
        file.Dispose();
        _file = null;
    }

    private void EndDirectory(ArchiveEntry entry)
    {
        var (parent, name) = entry.Path == "." ? (root, ".") : Locate(entry.Path);
        if (FileState.Find(parent, name) is null)
            PosixFile.MakeDirectory(parent, name);
        using var directory = PosixFile.OpenDirectory(parent, name);
        Dress(parent, name, directory, entry);
    }

    private void EndHardLink(ArchiveEntry entry)
    {
        var (fromParent, from) = Locate(EntryPath.Check(entry.Target).Value, keep: false);
        using (fromParent)
        {
            var (parent, name) = Locate(entry.Path);
            if (PosixFile.TryMakeHardLink(fromParent, from, parent, name))
                return;
            using var source = PosixFile.TryOpen(fromParent, from) ?? throw PosixException.Last("open", fromParent, from);
            using var copy = PosixFile.CreateNew(parent, name, 0x180);
            CopyAll(source, copy);
            Dress(parent, name, copy, entry);
        }
    }

    private void EndLink(ArchiveEntry entry)
    {
        var (parent, name) = Locate(entry.Path);
        if (Losses.Note(Losses.Link, entry.Path, PosixFile.TryMakeLink(parent, name, entry.Target)))
            Dress(parent, name, null, entry);
    }

    private static void CopyAll(SafeFileHandle source, SafeFileHandle copy)
    {
        var buffer = new byte[1 << 16];
        long at = 0;
        for (int read; (read = RandomAccess.Read(source, buffer, at)) > 0; at += read)
            Write(copy, buffer.AsSpan(0, read), at);
    }

    /// <summary>
    /// The owner first, as a change of it takes capabilities and S_ISUID away; then attributes, for which a file must be writable; the
    /// times last.
    /// </summary>
    private void Dress(SafeFileHandle parent, string name, SafeFileHandle? open, ArchiveEntry entry)
    {
        var mode = entry.Mode & 0xFFF;
        var given = Losses.Note(Losses.Owner, entry.Path, PosixFile.TrySetOwner(parent, name, entry.Uid, entry.Gid));
        if (!given && entry.Kind == EntryKind.File)
            mode &= ~LendsRights;
        foreach (var (attribute, value) in entry.Attributes ?? [])
        {
            var done = open is not null && ExtendedAttributes.TrySet(open, attribute, value);
            if (!Losses.Note(Losses.Attribute, entry.Path, done) && attribute == AccessList.Name)
                mode = AccessList.Without(value, mode);
        }
        if (entry.Kind != EntryKind.SymbolicLink)
            Losses.Note(Losses.Mode, entry.Path, PosixFile.TrySetMode(parent, name, mode));
        Losses.Note(Losses.Times, entry.Path, PosixFile.TrySetTimes(parent, name, entry.Modified));
    }

    /// <summary>
    /// The open parent directory, made where missing, and the last name. The parent is kept for the next member unless told.
    /// </summary>
    private (SafeFileHandle Parent, string Name) Locate(string path, bool keep = true)
    {
        var slash = path.LastIndexOf('/');
        var parentPath = slash < 0 ? "" : path[..slash];
        var name = path[(slash + 1)..];
        if (keep && _parent is not null && _parentPath == parentPath)
            return (_parent, name);
        var directory = PosixFile.OpenDirectory(root, ".");
        foreach (var part in parentPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var outer = directory;
            if (FileState.Find(outer, part) is null)
                PosixFile.MakeDirectory(outer, part);
            directory = PosixFile.OpenDirectory(outer, part);
        }
        if (keep)
        {
            _parent?.Dispose();
            (_parent, _parentPath) = (directory, parentPath);
        }
        return (directory, name);
    }

    private static FaultException Refused(ArchiveEntry entry, PosixException cause) => new(new Fault(
        "UnsafePath", $"extracting {entry.Path}: {cause.Message}, so it would be written through a link or over another member",
        "It was not made by this program: do not restore it"), cause);
}
