using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a restore brings and what it takes on disk, from the list of files in the manifest; the archive is not read for
/// it.</summary>
/// <param name="Room">Bytes with every file and folder rounded up to whole blocks: thousands of small ones take far more than they
/// hold.</param>
/// <param name="Helpers">Files nobody asked for whose contents a hard link that was asked for shares.</param>
internal sealed record RestoreNeeds(long Files, long Bytes, long Room, IReadOnlySet<string> Helpers)
{
    private const int Block = 4096;

    /// <param name="selection">Null for everything. One that means nothing is a <c>NoSuchPath</c> fault that names it.</param>
    public static async Task<RestoreNeeds> MeasureAsync(
        IArchiveStore store, Manifest manifest, PathSelection? selection, CancellationToken cancellation)
    {
        long files = 0, bytes = 0, room = 0;
        HashSet<string> helpers = new(StringComparer.Ordinal);
        await using (var list = await store.OpenManifestAsync(manifest.Name, cancellation))
        {
            foreach (var record in ManifestFile.ReadFiles(list, manifest).Where(record => selection?.Contains(record.Path) != false))
            {
                cancellation.ThrowIfCancellationRequested();
                files += record.Type == "directory" ? 0 : 1;
                bytes += record.Size;
                room += RoomOf(record);
                if (record is { Type: "hardlink", Target: { } target } && selection?.Contains(target) == false)
                    helpers.Add(target);
            }
        }
        if (selection?.Unmet() is { } unmet)
            throw new FaultException(new Fault("NoSuchPath", $"{manifest.Name} holds nothing under '{unmet}'",
                "Globs: * stays within a name, ** does not"));
        if (helpers.Count == 0)
            return new(files, bytes, room, helpers);
        await using var again = await store.OpenManifestAsync(manifest.Name, cancellation);
        var lenders = ManifestFile.ReadFiles(again, manifest)
            .Where(record => record.Type == "file" && helpers.Contains(record.Path)).ToList();
        return helpers.Except(lenders.Select(record => record.Path)).FirstOrDefault() is { } missing
            ? throw ArchiveReader.Damaged(manifest, $"a hard link leads to {missing}, which is not in it")
            : new(files, bytes, room + lenders.Sum(RoomOf), helpers);
    }

    /// <summary>Null when the file system of that directory, or of the nearest one above that is there, has the room.</summary>
    public Fault? Check(string directory, string snapshot) => FreeIn(directory) >= Room ? null : new Fault(
        "NoRoom", $"restoring {snapshot} needs {new ByteSize(Room)} in {directory}, and there is {new ByteSize(FreeIn(directory))} free",
        "Free some space, or remove an old .before-restore directory");

    public static long FreeIn(string directory)
    {
        while (!Directory.Exists(directory))
            directory = Path.GetDirectoryName(directory)!;
        return new DriveInfo(directory).AvailableFreeSpace;
    }

    private static long RoomOf(FileRecord record) =>
        record.Type is "file" or "directory" ? Math.Max(1, (record.Size + Block - 1) / Block) * Block : 0;
}
