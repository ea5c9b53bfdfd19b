using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>
/// Keeps archives in a directory: written under a temporary name, fsynced, renamed, the directory fsynced; then the manifest likewise.
/// </summary>
internal sealed class DirectoryStore(string path, TimeProvider time) : IArchiveStore
{
    private const FileMode New = FileMode.CreateNew;

    public string Location => path;

    public bool IsRemote => false;

    public Task<Fault?> CheckWritableAsync(CancellationToken cancellation)
    {
        var probe = Path.Combine(path, OwnedName.For("probe"));
        try
        {
            Directory.CreateDirectory(path);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            OwnedName.Sweep(path, time.GetUtcNow());
            return Task.FromResult<Fault?>(null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<Fault?>(new Fault(
                "StoreNotWritable", $"writing to the store {path}: {failure.Message}",
                "Give --store (SIDECAR_STORE) a directory this user may write to, with room in it"));
        }
    }

    public Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation) =>
        Task.FromResult<ArchiveDraft>(new Draft(path, Checked(name), form));

    public async IAsyncEnumerable<Manifest> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        RequireThere();
        var names = Directory.EnumerateFiles(path, "*" + SnapshotName.ManifestSuffix)
            .Select(file => SnapshotName.TryParse(Path.GetFileName(file)[..^SnapshotName.ManifestSuffix.Length])).OfType<SnapshotName>()
            .Where(name => FindArchive(name.ToString()) is not null);
        await foreach (var manifest in StoredNames.NewestFirstAsync(names, TryReadAsync, cancellation))
            yield return manifest;
    }

    public Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation) => Task.FromResult<Stream>(Open(name,
        FindArchive(name)));

    public Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation) => Task.FromResult<Stream>(Open(name,
        ManifestPath(name)));

    public Task RemoveAsync(string name, CancellationToken cancellation)
    {
        File.Delete(ManifestPath(name));
        PosixFile.TrySync(path);
        foreach (var form in ArchiveForm.All)
            File.Delete(ArchivePath(name, form));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredParts> ListPartsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        RequireThere();
        var files = new DirectoryInfo(path).EnumerateFiles().Select(file => (file.Name, (DateTimeOffset)file.LastWriteTimeUtc));
        foreach (var parts in StoredNames.Parts(files))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return parts;
        }
    }

    public Task SweepAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            OwnedName.Sweep(path, time.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <summary>A volume that is not mounted must not look like one without snapshots.</summary>
    private void RequireThere()
    {
        if (!Directory.Exists(path))
            throw new FaultException(new Fault(
                "NoSuchStore", $"the store {path} is not there",
                "Mount it, or correct --store (SIDECAR_STORE); the first snapshot makes it"));
    }

    private string ArchivePath(string name, ArchiveForm form) => Path.Combine(path, Checked(name) + form.Suffix);

    private string? FindArchive(string name) => ArchiveForm.All.Select(form => ArchivePath(name, form)).FirstOrDefault(File.Exists);

    private string ManifestPath(string name) => Path.Combine(path, Checked(name) + SnapshotName.ManifestSuffix);

    private static string Checked(string name) => StoredNames.Check(name) is { } fault ? throw new FaultException(fault) : name;

    private FileStream Open(string name, string? file)
    {
        RequireThere();
        if (!File.Exists(ManifestPath(name)) || FindArchive(name) is null || file is null)
            throw new FaultException(StoredNames.Missing(path, name));
        return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 18,
            FileOptions.SequentialScan);
    }

    private async Task<Manifest?> TryReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await using var file = Open(name, ManifestPath(name));
            return await ManifestFile.ReadAsync(file, cancellation);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or System.Text.Json.JsonException or FaultException)
        {
            return null;
        }
    }

    private sealed class Draft : ArchiveDraft
    {
        private readonly string _directory, _name, _archive, _manifest;
        private readonly ArchiveForm _form;
        private readonly FileStream _body;
        private readonly EagerWriter _eager;
        private readonly List<string> _placed = [];

        public Draft(string directory, string name, ArchiveForm form)
        {
            (_directory, _name, _form) = (directory, name, form);
            // Two drafts of one name may be under way in one process.
            var label = $"{Guid.NewGuid():N}~{name}";
            _archive = Path.Combine(directory, OwnedName.For(label + form.Suffix));
            _manifest = Path.Combine(directory, OwnedName.For(label + SnapshotName.ManifestSuffix));
            _body = Create(_archive);
            _eager = new(_body);
        }

        public override Stream Body => _eager;

        public override async Task CommitAsync(Action<Stream> writeManifest)
        {
            _body.Flush(flushToDisk: true);
            await _eager.DisposeAsync();
            await _body.DisposeAsync();
            // A name is taken in every form, or one manifest would stand for two archives.
            if (ArchiveForm.All.Any(form => File.Exists(Path.Combine(_directory, _name + form.Suffix))))
                throw new FaultException(StoredNames.Exists(_directory, _name));
            Place(_archive, _form.Suffix);

            await using (var manifest = Create(_manifest))
            {
                writeManifest(manifest);
                manifest.Flush(flushToDisk: true);
            }
            Place(_manifest, SnapshotName.ManifestSuffix);
            _placed.Clear();
        }

        public override async ValueTask DisposeAsync()
        {
            await _eager.DisposeAsync();
            await _body.DisposeAsync();
            // What a commit that failed half-way has placed goes with it, the manifest first; what cannot be removed is swept later.
            foreach (var path in ((string[])[.. _placed, _archive, _manifest]).Where(File.Exists))
                Remove(path);
        }

        private static void Remove(string path)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Why the commit failed is what people must hear.
            }
        }

        private void Place(string temporary, string suffix)
        {
            var path = Path.Combine(_directory, _name + suffix);
            if (!PosixFile.TryRenameNew(temporary, path))
                throw new FaultException(StoredNames.Exists(_directory, _name));
            _placed.Insert(0, path);
            PosixFile.TrySync(_directory);
        }

        // Readable by its owner alone: an archive holds the key and every message.
        private static FileStream Create(string path) => new(path, new FileStreamOptions
        {
            Mode = New,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
