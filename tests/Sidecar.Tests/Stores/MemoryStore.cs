using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>The smallest store that keeps the contract.</summary>
internal sealed class MemoryStore : IArchiveStore
{
    private readonly ConcurrentDictionary<string, byte[]> _objects = [];

    public string Location => "memory";

    public bool IsRemote => true;

    /// <summary>How long ago everything in it was written.</summary>
    public TimeSpan Age { get; set; }

    public IReadOnlyList<string> Keys => [.. _objects.Keys];

    /// <summary>What lies under a key, for tests that damage it.</summary>
    public byte[] this[string key]
    {
        get => _objects[key];
        set => _objects[key] = value;
    }

    public Task<Fault?> CheckWritableAsync(CancellationToken cancellation) => Task.FromResult<Fault?>(null);

    public Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation) =>
        Task.FromResult<ArchiveDraft>(new Draft(_objects, Checked(name), form));

    public async IAsyncEnumerable<Manifest> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var names = _objects.Keys.Where(key => key.EndsWith(".json", StringComparison.Ordinal))
            .Select(key => SnapshotName.TryParse(key[..^".json".Length])!);
        await foreach (var manifest in StoredNames.NewestFirstAsync(names, ReadAsync, cancellation))
            yield return manifest;
    }

    public Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation) =>
        OpenAsync(name, FormOf(_objects, name)?.Suffix ?? "");

    public Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation) => OpenAsync(name, ".json");

    public async Task RemoveAsync(string name, CancellationToken cancellation)
    {
        await Task.Yield();
        _objects.TryRemove(Checked(name) + ".json", out _);
        foreach (var form in ArchiveForm.All)
            _objects.TryRemove(name + form.Suffix, out _);
    }

    public async IAsyncEnumerable<StoredParts> ListPartsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        foreach (var parts in StoredNames.Parts(_objects.Keys.Select(key => (key, TimeProvider.System.GetUtcNow() - Age))))
            yield return parts;
    }

    public Task SweepAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>As if a process had died between archive and manifest.</summary>
    public void AddOrphan(string name) => _objects[name + ArchiveForm.Plain.Suffix] = "body"u8.ToArray();

    public void Forget(string key) => _objects.TryRemove(key, out _);

    private async Task<Manifest?> ReadAsync(string name, CancellationToken cancellation) =>
        await ManifestFile.ReadAsync(await OpenAsync(name, ".json"), default);

    private async Task<Stream> OpenAsync(string name, string suffix)
    {
        await Task.Yield();
        return _objects.TryGetValue(Checked(name) + suffix, out var bytes)
            ? new MemoryStream(bytes, writable: false)
            : throw new FaultException(StoredNames.Missing(Location, name));
    }

    private static ArchiveForm? FormOf(ConcurrentDictionary<string, byte[]> objects, string name) =>
        ArchiveForm.All.FirstOrDefault(form => objects.ContainsKey(name + form.Suffix));

    private static string Checked(string name) => StoredNames.Check(name) is { } fault ? throw new FaultException(fault) : name;

    private sealed class Draft(ConcurrentDictionary<string, byte[]> objects, string name, ArchiveForm form) : ArchiveDraft
    {
        private readonly MemoryStream _body = new();

        public override Stream Body => _body;

        public override async Task CommitAsync(Action<Stream> writeManifest)
        {
            await Task.Yield();
            using var manifest = new MemoryStream();
            writeManifest(manifest);
            if (FormOf(objects, name) is not null || !objects.TryAdd(name + form.Suffix, _body.ToArray()))
                throw new FaultException(StoredNames.Exists("memory", name));
            objects[name + ".json"] = manifest.ToArray();
        }

        public override ValueTask DisposeAsync() => default;
    }
}

public sealed class MemoryStoreTests : StoreContract
{
    private readonly MemoryStore _store = new();

    internal override IArchiveStore Store => _store;

    internal override IReadOnlyList<string> Left() => _store.Keys;

    internal override Task AddOrphanAsync(string name)
    {
        _store.AddOrphan(name);
        return Task.CompletedTask;
    }
}
