using ChatOps.Sidecar.Archives;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>Archives that this program would never write.</summary>
internal static class Forgery
{
    /// <summary>An archive that agrees with its manifest in everything, and holds what this program would never write.</summary>
    public static async Task<string> MakeAsync(Home home, params ArchiveEntry[] entries)
    {
        var name = "ghostwire-20260101T000000Z-abcdef";
        using var bytes = new MemoryStream();
        using var raw = new HashingWriter(bytes);
        using var zstd = new ZstdWriter(raw, 3, 0);
        using var list = new FileList(new MemoryStream());
        using var archive = new ArchiveWriter(zstd, list);
        foreach (var entry in entries)
        {
            if (entry.Kind == EntryKind.File)
                archive.Add(entry, [], null);
            else
                archive.Add(entry);
        }
        var hash = archive.Finish(DateTimeOffset.UnixEpoch, default);
        zstd.Finish();
        var manifest = (await home.SnapshotAsync()) with
        {
            Name = name,
            Archive = name + ".tar.zst",
            BytesOut = raw.Bytes,
            ArchiveSha256 = raw.Sha256(),
            FileListSha256 = hash,
        };
        File.WriteAllBytes(Path.Combine(home.Store, manifest.Archive), bytes.ToArray());
        using var output = File.Create(Path.Combine(home.Store, name + ".json"));
        ManifestFile.Write(output, manifest, list.Rewind());
        return name;
    }
}
