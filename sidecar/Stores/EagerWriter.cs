using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Stores;

/// <summary>Writes a file and has the kernel send it to disk as it grows, so that the fsync at the end finds little left to do.</summary>
internal sealed class EagerWriter(FileStream file) : WriteOnlyStream
{
    private const long Stride = 8 << 20;
    private long _started, _written;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        file.Write(buffer);
        _written += buffer.Length;
        if (_written - _started < Stride)
            return;
        // Only a wish: where the file system cannot, the fsync does it all.
        _ = Libc.StartWriting(file.SafeFileHandle, _started, _written - _started, Libc.StartOnly);
        _started = _written;
    }
}
