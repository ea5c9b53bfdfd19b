using ChatOps.Sidecar.Archives.Age;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Checks what can be checked of an encrypted archive without a secret key: that its bytes and those of its manifest are those that were
/// written, and that they begin as an age file does. What is inside stays unknown.
/// </summary>
internal static class StoredBytes
{
    public static void Check(Manifest manifest, Stream itsFile, Stream archive, Action<long, long> progress, CancellationToken cancellation)
    {
        using var raw = new HashingReader(archive);
        var header = new AgeHeader();
        var buffer = new byte[ArchiveWriter.BufferSize];
        try
        {
            int read;
            while ((read = raw.Read(buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                header.Take(buffer.AsSpan(0, read));
                progress(raw.Bytes, 0);
            }
            header.RequireWhole();
            ManifestFile.RequireWhole(itsFile);
        }
        catch (InvalidDataException failure)
        {
            throw ArchiveReader.Damaged(manifest, failure.Message, failure);
        }
        if (raw.Bytes != manifest.BytesOut || raw.Sha256() != manifest.ArchiveSha256)
            throw ArchiveReader.Damaged(manifest, "its SHA-256 is not the one in its manifest");
    }
}
