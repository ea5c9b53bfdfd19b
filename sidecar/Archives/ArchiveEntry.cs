using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// One member of the archive as its header states it. The letters are tar's type flags (POSIX.1-2008, pax, "ustar Interchange Format").
/// </summary>
internal sealed record ArchiveEntry(
    string Path, EntryKind Kind, long Size, uint Mode, uint Uid, uint Gid, UnixTime Modified, string Target = "", bool Sparse = false)
{
    public IReadOnlyList<KeyValuePair<string, byte[]>>? Attributes { get; init; }

    public static ArchiveEntry Of(string path, EntryKind kind, in FileState state, long size = 0, string target = "") =>
        new(path, kind, size, state.Mode, state.Uid, state.Gid, state.Modified, target, kind == EntryKind.File && state.IsSparse);
}

internal enum EntryKind : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    Directory = (byte)'5',
}
