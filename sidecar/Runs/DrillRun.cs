using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Sqlite.Checks;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>What a drill found: <see cref="Databases"/> as they are in the archive now.</summary>
internal sealed record DrillOutcome(Manifest Manifest, IReadOnlyList<DatabaseFacts> Databases, IReadOnlyList<string> Checks);

/// <summary>
/// Proves that a snapshot can be restored without restoring it: reads it back as <see cref="VerifyRun"/> does, takes its databases to
/// scratch as they are, and has all of each checked: every page, every tree, every index. The program they belong to is never started.
/// </summary>
internal sealed class DrillRun(IArchiveStore store, string scratch, Action<RunProgress>? listener, AgeIdentity? identity)
{
    public async Task<DrillOutcome> RunAsync(Manifest manifest, CancellationToken cancellation)
    {
        if (manifest.IsEncrypted && identity is null)
            throw new FaultException(AgeIdentity.Required(manifest, "drilling"));
        await CheckRoomAsync(manifest, cancellation);
        OwnedName.Sweep(scratch, TimeProvider.System.GetUtcNow());
        using var taken = new DatabaseExtraction(scratch, manifest.Databases);
        manifest = await new VerifyRun(store, listener, identity, taken).RunAsync(manifest.Name, cancellation);

        listener?.Invoke(new(RunStep.Walk, manifest.BytesOut, manifest.BytesOut, manifest.FileCount));
        var found = manifest.Databases.Select(facts => Judge(facts, taken, cancellation)).ToList();
        return new(manifest, found, [.. VerifyRun.ChecksOf(manifest, identity is not null), .. DatabaseVerdict.Common(found)]);
    }

    private static DatabaseFacts Judge(DatabaseFacts facts, DatabaseExtraction taken, CancellationToken cancellation)
    {
        var copy = taken.Find(facts.Path)
            ?? throw new InvalidDataException($"the archive lists the database {facts.Path} and does not hold it");
        using var key = facts.Encrypted ? taken.KeyOf(facts.Path) : null;
        using var pages = key is null ? null : Authenticate(copy, key, cancellation);
        facts = facts with { Checks = [] };
        if (taken.HasJournal(facts.Path))
            return facts with { Integrity = "not checked: its journal must be rolled back first, which opening it does" };
        return facts.Encrypted && pages?.KeyFits != true
            ? DatabaseVerdict.Of(facts, pages, walk: null)
            : DatabaseVerdict.Of(facts, pages, TreeCheck.Run(TreeCheck.Full, copy.Read, copy.Length, key, cancellation), TreeCheck.Full);
    }

    private static PageAuthenticator Authenticate(SpooledDatabase copy, CipherKey key, CancellationToken cancellation)
    {
        var pages = new PageAuthenticator(key);
        var buffer = new byte[256 * 1024];
        int read;
        for (long at = 0; (read = copy.Read(buffer, at)) > 0; at += read)
        {
            cancellation.ThrowIfCancellationRequested();
            pages.Observe(buffer.AsSpan(0, read));
        }
        return pages;
    }

    private async Task CheckRoomAsync(Manifest manifest, CancellationToken cancellation)
    {
        var databases = manifest.Databases.Select(facts => facts.Path).ToHashSet(StringComparer.Ordinal);
        await using var files = await store.OpenManifestAsync(manifest.Name, cancellation);
        var needed = ManifestFile.ReadFiles(files, manifest).Where(file => databases.Contains(file.Path)).Sum(file => file.Size);
        if (!SpooledDatabase.HasRoom(scratch, needed))
            throw new FaultException(new Fault(
                "NoRoom", $"drilling {manifest.Name} needs {new ByteSize(needed)} in {scratch} for its databases, and there is less",
                "Give a directory with more room: --scratch DIR"));
    }
}
