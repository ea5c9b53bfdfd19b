using System.Buffers.Binary;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// An access list of acl(5) as the kernel keeps it: a version, then entries of tag, rights and id (posix_acl_xattr.h of Linux). Pure.
/// </summary>
internal static class AccessList
{
    public const string Name = "system.posix_acl_access", DefaultName = "system.posix_acl_default";

    private const int HeaderSize = 4, EntrySize = 8, OwningGroup = 0x04;
    private const uint GroupBits = 0x38;

    /// <summary>
    /// The mode for a file that cannot have this list. Its middle bits were the mask of all named users and groups; the owning group alone
    /// has less, or the same.
    /// </summary>
    public static uint Without(ReadOnlySpan<byte> list, uint mode)
    {
        for (var at = HeaderSize; at + EntrySize <= list.Length; at += EntrySize)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(list[at..]) == OwningGroup)
                return mode & (~GroupBits | (uint)(BinaryPrimitives.ReadUInt16LittleEndian(list[(at + 2)..]) & 7) << 3);
        }
        return mode & ~GroupBits;
    }
}
