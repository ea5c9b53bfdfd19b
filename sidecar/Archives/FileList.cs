using System.Text.Json;

namespace ChatOps.Sidecar.Archives;

/// <summary>Collects the list of files as JSON lines, in a scratch file when there is one, so that it costs no memory.</summary>
internal sealed class FileList(Stream spool) : IDisposable
{
    /// <summary>Where the list lies inside the archive.</summary>
    public const string EntryPath = ".chatops/files.jsonl";

    public long Length => spool.Length;

    public void Add(FileRecord record)
    {
        spool.Write(JsonSerializer.SerializeToUtf8Bytes(record, FileRecordJson.Default.FileRecord));
        spool.WriteByte((byte)'\n');
    }

    /// <summary>The list from its beginning. Nothing may be added after this.</summary>
    public Stream Rewind()
    {
        spool.Flush();
        spool.Position = 0;
        return spool;
    }

    public void Dispose() => spool.Dispose();
}
