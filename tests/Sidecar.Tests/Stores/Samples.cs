using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>Small snapshots and the few steps tests of stores share.</summary>
internal static class Samples
{
    public static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        Seeds.NewRandom().NextBytes(bytes);
        return bytes;
    }

    public static Action<Stream> Writer(string name, int milliseconds = 0) =>
        output => ManifestFile.Write(output, Manifest(name, milliseconds), new MemoryStream());

    public static Task PutAsync(this IArchiveStore store, string name, int milliseconds = 0) =>
        store.PutAsync(name, "body"u8.ToArray(), milliseconds);

    public static async Task PutAsync(this IArchiveStore store, string name, byte[] body, int milliseconds = 0)
    {
        await using var draft = await store.BeginAsync(name, default);
        foreach (var chunk in body.Chunk(100_000))
            draft.Body.Write(chunk);
        await draft.CommitAsync(Writer(name, milliseconds));
    }

    public static Task<ArchiveDraft> BeginAsync(this IArchiveStore store, string name, CancellationToken cancellation) =>
        store.BeginAsync(name, ArchiveForm.Plain, cancellation);

    public static async Task<string> ReadAsync(this IArchiveStore store, string name)
    {
        await using var archive = await store.OpenArchiveAsync(name, default);
        using var reader = new StreamReader(archive);
        return await reader.ReadToEndAsync();
    }

    public static async Task<List<StoredParts>> PartsAsync(this IArchiveStore store)
    {
        List<StoredParts> found = [];
        await foreach (var parts in store.ListPartsAsync(default))
            found.Add(parts);
        return found;
    }

    public static async Task<List<string>> NamesAsync(this IArchiveStore store)
    {
        List<string> names = [];
        await foreach (var manifest in store.ListAsync(default))
            names.Add(manifest.Name);
        return names;
    }

    /// <summary>A manifest as versions wrote it that put no hash of it at its end.</summary>
    public static string Unsealed(string manifest)
    {
        var seal = manifest.IndexOf(",\n  \"manifestSha256\"", StringComparison.Ordinal);
        Assert.True(seal > 0);
        return manifest[..seal] + "\n}\n";
    }

    public static Manifest Manifest(string name, int milliseconds) => new()
    {
        Name = name,
        Archive = name + ".tar.zst",
        Target = "ghostwire",
        StartedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds),
        CutAt = default,
        FinishedAt = default,
        Cut = "none",
        PinnedMilliseconds = 0,
        Databases = [],
        Verification = new([], []),
        FileCount = 0,
        BytesIn = 0,
        BytesOut = 4,
        ArchiveSha256 = "",
        FileListSha256 = "",
        ChangedWhileReading = [],
        Vanished = [],
        Skipped = [],
        Excluded = [],
        Tool = "test",
    };
}

/// <summary>The kind of the fault an action ends with.</summary>
internal static class Faults
{
    public static async Task<string> KindAsync(Func<Task> action) => (await Assert.ThrowsAsync<FaultException>(action)).Fault.Kind;
}
