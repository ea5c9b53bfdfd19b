using System.Text.Json;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Writes and reads a manifest with its list of files, one record at a time: a million files cost no more memory than one.
/// </summary>
internal static class ManifestFile
{
    /// <param name="records">The list as JSON lines, from its beginning.</param>
    public static void Write(Stream output, Manifest manifest, Stream records)
    {
        var head = ManifestJson.Serialize(manifest).AsSpan().TrimEnd("}\n"u8);
        using var hashed = new HashingWriter(output);
        hashed.Write(head);
        hashed.Write(",\n  \"files\": ["u8);
        using var lines = new StreamReader(records, leaveOpen: true);
        var separator = "\n    ";
        while (lines.ReadLine() is { } line)
        {
            hashed.Write(System.Text.Encoding.UTF8.GetBytes(separator + line));
            separator = ",\n    ";
        }
        hashed.Write("\n  ],\n"u8);
        output.Write(ManifestSeal.Line(hashed.Sha256()));
    }

    /// <summary>The fields before the list of files; the list itself is not read.</summary>
    public static async Task<Manifest> ReadAsync(Stream input, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        var filled = 0;
        while (true)
        {
            var read = await input.ReadAsync(buffer.AsMemory(filled), cancellation);
            filled += read;
            if (Readable(() => HeadLength(buffer.AsSpan(0, filled), read == 0)) is { } length)
                return Readable(() => Parse(buffer.AsSpan(0, length)));
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private static Manifest Parse(ReadOnlySpan<byte> head)
    {
        byte[] whole = [.. head.TrimEnd(", \r\n\t"u8), (byte)'}'];
        var manifest = JsonSerializer.Deserialize(whole, ManifestJson.Default.Manifest)
            ?? throw new InvalidDataException("the manifest is empty");
        if (manifest.FormatVersion != Manifest.CurrentFormat)
            throw new InvalidDataException(
                $"the manifest has format {manifest.FormatVersion}, this program reads {Manifest.CurrentFormat}");
        return manifest.Encryption is null or Manifest.AgeEncryption or Manifest.NoEncryption
            ? manifest
            : throw new InvalidDataException("the archive is encrypted in a way this program does not know");
    }

    /// <summary>Where <c>files</c> begins, or the end of a manifest without it; null while more must be read.</summary>
    private static int? HeadLength(ReadOnlySpan<byte> bytes, bool final)
    {
        var reader = new Utf8JsonReader(bytes, final, default);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("files"u8))
                return (int)reader.TokenStartIndex;
        }
        return final ? throw new InvalidDataException("the manifest lists no files") : null;
    }

    /// <summary>Reads it to its end and throws unless every byte is as it was written.</summary>
    public static void RequireWhole(Stream input)
    {
        foreach (var _ in ReadFiles(input))
        {
        }
    }

    /// <summary>The records of <c>files</c>, in order. After the last one the whole manifest was read and is as it was written.</summary>
    public static IEnumerable<FileRecord> ReadFiles(Stream input)
    {
        using var seal = new ManifestSeal(input);
        var buffer = new byte[64 * 1024];
        var (filled, inFiles, final) = (0, false, false);
        var state = new JsonReaderState();
        List<FileRecord> found = [];
        while (!final || found.Count > 0)
        {
            found.Clear();
            var read = seal.Read(buffer, filled, buffer.Length - filled);
            final = read == 0;
            filled += read;
            var used = Readable(() => Scan(buffer.AsSpan(0, filled), final, ref state, ref inFiles, found));
            foreach (var record in found)
                yield return record;
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            if (final && used == 0)
                break;
        }
        seal.RequireWhole();
    }

    /// <summary>
    /// The same for those who read nothing else of the archive: a manifest that is not as it was written is a fault of its own.
    /// </summary>
    public static IEnumerable<FileRecord> ReadFiles(Stream input, Manifest of)
    {
        using var records = ReadFiles(input).GetEnumerator();
        while (MoveNext(records, of))
            yield return records.Current;
    }

    private static bool MoveNext(IEnumerator<FileRecord> records, Manifest of)
    {
        try
        {
            return records.MoveNext();
        }
        catch (InvalidDataException failure)
        {
            throw ArchiveReader.Damaged(of, failure.Message, failure);
        }
    }

    /// <summary>To callers a manifest that is no JSON is as damaged as any other.</summary>
    private static T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the manifest cannot be read: {failure.Message}", failure);
        }
    }

    private static int Scan(ReadOnlySpan<byte> bytes, bool final, ref JsonReaderState state, ref bool inFiles, List<FileRecord> found)
    {
        var reader = new Utf8JsonReader(bytes, final, state);
        var used = 0;
        while (true)
        {
            var before = reader;
            if (!reader.Read())
                break;
            if (inFiles && reader.TokenType == JsonTokenType.StartObject)
            {
                var probe = reader;
                if (!probe.TrySkip())
                {
                    reader = before;
                    break;
                }
                found.Add(JsonSerializer.Deserialize(ref reader, FileRecordJson.Default.FileRecord)!);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                inFiles = reader.ValueTextEquals("files"u8);
        }
        used = (int)reader.BytesConsumed;
        state = reader.CurrentState;
        return used;
    }
}
