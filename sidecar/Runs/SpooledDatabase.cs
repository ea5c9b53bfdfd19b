using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Runs;

/// <summary>A merged copy of one database in the scratch directory, still encrypted as on the volume; disposing it removes it.</summary>
internal sealed class SpooledDatabase : IDisposable
{
    private readonly FileStream _file;

    private SpooledDatabase(FileStream file) => _file = file;

    public long Length => _file.Length;

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_file.SafeFileHandle, buffer, offset);

    public static SpooledDatabase Create(string scratch) => new(new FileStream(
        Path.Combine(scratch, OwnedName.For(Guid.NewGuid().ToString("N"))),
        new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));

    public static SpooledDatabase Copy(string scratch, ContentReader read, long length, byte[] buffer, Action<long> afterEach)
    {
        var spool = Create(scratch);
        try
        {
            for (long at = 0; at < length;)
            {
                var got = read(buffer, at);
                if (got == 0)
                    throw new EndOfStreamException("the database ended while it was held still");
                spool.Append(buffer.AsSpan(0, got));
                at += got;
                afterEach(at);
            }
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    public void Append(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    public void Dispose() => _file.Dispose();

    /// <summary>Room for the copies and for others besides.</summary>
    public static bool HasRoom(string? scratch, long bytes)
    {
        if (scratch is null)
            return false;
        try
        {
            Directory.CreateDirectory(scratch);
            return new DriveInfo(scratch).AvailableFreeSpace > bytes + (64L << 20) && CanWrite(scratch);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool CanWrite(string scratch)
    {
        var probe = Path.Combine(scratch, OwnedName.For("room"));
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
        return true;
    }
}
