using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>Where SQLite reads a database from. No exception may cross SQLite, so the first is kept for whoever asked.</summary>
internal sealed class ReadOnlySource(ContentReader read, long length, CancellationToken cancellation)
{
    public long Length => length;

    public Exception? Failure { get; private set; }

    /// <summary>How many bytes there were; -1 when reading failed.</summary>
    public int TryRead(Span<byte> buffer, long offset)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var wanted = (int)Math.Clamp(length - offset, 0, buffer.Length);
            return wanted == 0 ? 0 : read(buffer[..wanted], offset);
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            return -1;
        }
    }
}
