using Microsoft.Win32.SafeHandles;

namespace ChatOps.Sidecar.Posix;

internal enum FileKind { Other, File, Directory, SymbolicLink, Socket, Fifo, Device }

/// <summary>
/// What the kernel says about a file at one moment, never following a symbolic link. From statx(2): one layout on every architecture.
/// </summary>
internal readonly record struct FileState(
    FileKind Kind, uint Mode, uint Uid, uint Gid, long Size, long Allocated, uint Links, ulong Inode, ulong Device,
    UnixTime Modified, UnixTime Changed, bool IsMountRoot)
{
    private const uint BasicStats = 0x7ff;
    private const ulong MountRoot = 0x2000;

    /// <summary>Fewer bytes on disk than in the file: it has holes.</summary>
    public bool IsSparse => Kind == FileKind.File && Allocated < Size;

    public bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>Owner, group and mode for people, as <c>1000:1000 0755</c>.</summary>
    public string Rights => $"{Uid}:{Gid} {Convert.ToString(Mode, 8).PadLeft(4, '0')}";

    public bool IsSameFile(in FileState other) => Inode == other.Inode && Device == other.Device;

    /// <summary>Nothing was written between two looks: the change time moves on every write and cannot be set back by a program.</summary>
    public bool IsUntouchedSince(in FileState earlier) =>
        IsSameFile(earlier) && Size == earlier.Size && Modified == earlier.Modified && Changed == earlier.Changed;

    public static FileState Of(SafeFileHandle file) => Read(file, "", Libc.EmptyPath) ?? throw PosixException.Last("statx", file, "");

    public static FileState? Find(string path) => Read(null, path, Libc.NoFollow);

    public static FileState? Find(SafeFileHandle directory, string name) => Read(directory, name, Libc.NoFollow);

    private static unsafe FileState? Read(SafeFileHandle? directory, string path, int flags)
    {
        var raw = stackalloc byte[256];
        var descriptor = directory is null ? Libc.CurrentDirectory : (int)directory.DangerousGetHandle();
        if (Libc.StatX(descriptor, path, flags, BasicStats, raw) != 0)
        {
            var failure = PosixException.Last("statx", directory, path);
            return failure.Errno is PosixException.NoEntry or PosixException.NotDirectory ? null : throw failure;
        }
        var mode = *(ushort*)(raw + 28);
        return new(
            KindOf(mode), mode & 0xFFFu, *(uint*)(raw + 20), *(uint*)(raw + 24), (long)*(ulong*)(raw + 40), (long)*(ulong*)(raw + 48) * 512,
            *(uint*)(raw + 16), *(ulong*)(raw + 32), ((ulong)*(uint*)(raw + 136) << 32) | *(uint*)(raw + 140),
            new(*(long*)(raw + 112), *(uint*)(raw + 120)), new(*(long*)(raw + 96), *(uint*)(raw + 104)),
            (*(ulong*)(raw + 8) & MountRoot) != 0);
    }

    private static FileKind KindOf(int mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0xC000 => FileKind.Socket,
        0x1000 => FileKind.Fifo,
        0x2000 or 0x6000 => FileKind.Device,
        _ => FileKind.Other,
    };
}
