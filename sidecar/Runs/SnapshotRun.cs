using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Takes one snapshot: when it returns, the archive and its manifest are durable in the store; when it throws, nothing is visible there.
/// The
/// home is only ever read. One run per instance.
/// </summary>
internal sealed class SnapshotRun(SnapshotRequest request, IArchiveStore store, TimeProvider time, Action<RunProgress>? listener = null)
{
    private readonly ProgressMeter _meter = new(listener);
    private readonly DateTimeOffset _started = time.GetUtcNow();

    public static string Tool { get; } = $"sidecar {typeof(SnapshotRun).Assembly.GetName().Version?.ToString(3)}";

    public async Task<Manifest> RunAsync(CancellationToken cancellation)
    {
        using var steps = _meter;
        _meter.Enter(RunStep.Check);
        await CheckAsync(cancellation);

        _meter.Enter(RunStep.Survey);
        var survey = Survey(cancellation);
        var limits = CheckLocks(survey);

        var name = SnapshotName.New(request.Target, _started).ToString();
        var spool = SpooledDatabase.HasRoom(request.Scratch, survey.DatabaseBytes);
        await using var draft = await store.BeginAsync(name, request.Encryption.Form, cancellation);
        using var raw = new HashingWriter(draft.Body);
        using var age = Encrypt(raw, cancellation);
        using var behind = new BackgroundWriter(age ?? (Stream)raw);
        using var zstd = new ZstdWriter(behind, request.Level, request.Workers);
        using var list = new FileList(ListSpool(spool));
        using var archive = new ArchiveWriter(zstd, list);

        var rate = RateLimit.For(request.Rate, time, cancellation);
        await using var databases = new DatabaseStage(request with { Limits = limits }, archive, _meter, rate, time);
        await databases.RunAsync(survey, spool, cancellation);

        _meter.Enter(RunStep.Files);
        var walk = Walk();
        var files = AddFiles(survey, walk, archive, rate, cancellation);
        await databases.FinishAsync(cancellation);

        var listHash = archive.Finish(time.GetUtcNow(), cancellation);
        zstd.Finish();
        behind.Finish();
        age?.Finish();

        _meter.Enter(RunStep.Commit);
        var manifest = Describe(name, survey, databases, files, walk, raw, listHash);
        manifest = await ComparedAsync(manifest, cancellation);
        await draft.CommitAsync(output => ManifestFile.Write(output, manifest, list.Rewind()));
        return manifest;
    }

    private async Task CheckAsync(CancellationToken cancellation)
    {
        if (await request.CheckAsync(store, cancellation) is { } fault)
            throw new FaultException(fault);
        if (request.Scratch is { } scratch && Directory.Exists(scratch))
            OwnedName.Sweep(scratch, time.GetUtcNow());
    }

    private HomeSurvey Survey(CancellationToken cancellation)
    {
        var survey = new HomeSurvey(request.Home, new PathGlobs(request.DatabaseGlobs));
        survey.Look(Walk(), cancellation);
        _meter.Total = survey.Bytes;
        return survey;
    }

    private PinLimits CheckLocks(HomeSurvey survey)
    {
        if (survey.Databases is not [var first, ..] || LockSelfTest.Run(first.Main) is not { } fault)
            return request.Limits;
        return request.AllowUnlocked ? request.Limits with { WithoutLocks = true } : throw new FaultException(fault);
    }

    /// <summary>The store and the scratch directory may lie inside the home; a snapshot never holds snapshots.</summary>
    private TreeWalk Walk()
    {
        List<FileState> own = [];
        foreach (var path in new[] { store.Location, request.Scratch })
        {
            if (path is not null && Directory.Exists(path))
            {
                using var directory = PosixFile.OpenDirectory(null, path, follow: true);
                own.Add(FileState.Of(directory));
            }
        }
        return new(request.Home, new PathGlobs(request.Excludes, request.Includes), own);
    }

    private AgeWriter? Encrypt(Stream below, CancellationToken cancellation) => request.Encryption.Recipients is { Count: > 0 } recipients
        ? new(below, request.Age, recipients, cancellation)
        : null;

    private Stream ListSpool(bool spool) => spool
        ? new FileStream(
            Path.Combine(request.Scratch!, OwnedName.For(Guid.NewGuid().ToString("N"))), FileMode.CreateNew, FileAccess.ReadWrite,
                FileShare.None,
            64 * 1024, FileOptions.DeleteOnClose)
        : new MemoryStream();

    private FileArchiver AddFiles(
        HomeSurvey survey, TreeWalk walk, ArchiveWriter archive, RateLimit? rate, CancellationToken cancellation)
    {
        var files = new FileArchiver(archive, bytes =>
        {
            _meter.Count(bytes.Length);
            rate?.Spend(bytes.Length);
        });
        foreach (var entry in walk.Enumerate())
        {
            cancellation.ThrowIfCancellationRequested();
            if (survey.Covers(entry.Path))
                continue;
            files.Add(entry, cancellation);
            _meter.Files = survey.Databases.Count + files.Files;
        }
        return files;
    }

    /// <summary>Held against the last whole one before it. No snapshot fails because that cannot be read.</summary>
    private async Task<Manifest> ComparedAsync(Manifest manifest, CancellationToken cancellation)
    {
        try
        {
            await foreach (var before in store.ListAsync(cancellation))
            {
                if (before.Target == manifest.Target && before.IsVerified && before.CutAt < manifest.CutAt)
                    return manifest with
                    {
                        Replaced = Fingerprints.Changed(before, manifest),
                        // What this one missed it cannot say is gone.
                        Lost = manifest.Missed.Any() ? null
                            : DataLoss.Between(Fingerprints.Candidate(before), Fingerprints.Candidate(manifest)),
                    };
            }
            return manifest;
        }
        catch (Exception failure) when (failure is FaultException or IOException)
        {
            return manifest with { Replaced = null };
        }
    }

    private Manifest Describe(
        string name, HomeSurvey survey, DatabaseStage databases, FileArchiver files, TreeWalk walk, HashingWriter raw, string listHash)
    {
        List<string> checks = ["file-sha256", .. DatabaseVerdict.Common(databases.Facts)];
        return new()
        {
            Name = name,
            Archive = name + request.Encryption.Form.Suffix,
            Target = request.Target,
            Request = request.Request,
            RequestUid = request.RequestUid,
            StartedAt = _started,
            CutAt = databases.CutAt,
            FinishedAt = time.GetUtcNow(),
            Cut = databases.Cut,
            PinnedMilliseconds = Math.Round(databases.Pinned.TotalMilliseconds, 3),
            Databases = databases.Facts,
            Verification = new(checks, [.. databases.Facts.Where(facts => facts.Integrity.StartsWith("failed", StringComparison.Ordinal))
                .Select(facts => $"{facts.Path}: {facts.Integrity}")]),
            FileCount = databases.Facts.Count + files.Files,
            BytesIn = databases.Bytes + files.Bytes,
            BytesOut = raw.Bytes,
            Encryption = request.Encryption.Recipients.Count > 0 ? Manifest.AgeEncryption : Manifest.NoEncryption,
            Recipients = request.Encryption.Recipients,
            ArchiveSha256 = raw.Sha256(),
            FileListSha256 = listHash,
            ChangedWhileReading = [.. databases.Changed, .. files.Changed],
            Vanished = [.. databases.Vanished, .. walk.Vanished, .. files.Vanished],
            Skipped = [.. survey.Missed, .. databases.Skipped, .. walk.Skipped, .. files.Skipped],
            Excluded = walk.Excluded,
            Tool = Tool,
        };
    }
}
