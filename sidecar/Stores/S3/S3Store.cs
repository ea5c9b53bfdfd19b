using Amazon.Runtime;
using Amazon.S3.Model;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// Keeps archives in a bucket of S3 or of what speaks its protocol. An archive travels in parts while it is made and becomes an object only
/// when all of them have arrived; its manifest is written after it, and neither ever replaces an object that is there.
/// </summary>
internal sealed class S3Store(S3Bucket bucket) : IArchiveStore
{
    private readonly S3Location _location = bucket.Location;

    public string Location => _location.ToString();

    public bool IsRemote => true;

    public static S3Store Open(string address, S3Settings settings, TimeProvider time, AWSCredentials? credentials = null) =>
        new(new S3Bucket(S3Location.Parse(address), settings, time, credentials));

    /// <summary>
    /// Lists, then begins an upload and aborts it: that needs the same permissions as a snapshot and leaves nothing, which an object under
    /// a lock would.
    /// </summary>
    public async Task<Fault?> CheckWritableAsync(CancellationToken cancellation)
    {
        try
        {
            await bucket.AskAsync("listing", (s3, ct) => s3.ListObjectsV2Async(
                new() { BucketName = bucket.Name, Prefix = _location.Prefix, MaxKeys = 1 }, ct), cancellation);
            var request = S3Requests.Begin(bucket, _location.ProbeKey, "");
            var probe = await bucket.AskAsync("writing to", (s3, ct) => s3.InitiateMultipartUploadAsync(request, ct), cancellation);
            await LeftoverUploads.AbortAsync(bucket, _location.ProbeKey, probe.UploadId, cancellation);
            return null;
        }
        catch (FaultException failure)
        {
            return failure.Fault;
        }
    }

    public async Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation)
    {
        var draft = new S3Draft(bucket, name, form, cancellation);
        await LeftoverUploads.SweepAsync(bucket, cancellation);
        return draft;
    }

    public async IAsyncEnumerable<Manifest> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        List<SnapshotName> whole = [];
        await foreach (var parts in ListPartsAsync(cancellation))
        {
            if (parts is { HasArchive: true, HasManifest: true })
                whole.Add(parts.Name);
        }
        await foreach (var manifest in StoredNames.NewestFirstAsync(whole, TryReadAsync, cancellation))
            yield return manifest;
    }

    /// <summary>By LastModified, which for an object of several parts is when its upload began.</summary>
    public async IAsyncEnumerable<StoredParts> ListPartsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        List<(string, DateTimeOffset)> found = [];
        await foreach (var stored in ObjectsAsync(cancellation))
            found.Add((stored.Key[_location.Prefix.Length..], stored.LastModified?.ToUniversalTime() ?? bucket.Time.GetUtcNow()));
        foreach (var parts in StoredNames.Parts(found))
            yield return parts;
    }

    public Task SweepAsync(CancellationToken cancellation) => LeftoverUploads.SweepAsync(bucket, cancellation);

    public Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation) =>
        OpenAsync(name, [_location.ManifestKey(name)], [.. _location.ArchiveKeys(name)], cancellation);

    public Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation) =>
        OpenAsync(name, [.. _location.ArchiveKeys(name)], [_location.ManifestKey(name)], cancellation);

    public async Task RemoveAsync(string name, CancellationToken cancellation)
    {
        foreach (var key in _location.ArchiveKeys(name).Prepend(_location.ManifestKey(name)))
            await bucket.CallAsync("removing from", (s3, ct) => s3.DeleteObjectAsync(bucket.Name, key, ct), cancellation);
    }

    /// <param name="others">One of them must be there too: an archive without its manifest does not exist.</param>
    private async Task<Stream> OpenAsync(
        string name, IReadOnlyList<string> others, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        if (await AnyAsync(others, cancellation))
        {
            foreach (var key in keys)
            {
                if (await ResumingStream.TryOpenAsync(bucket, key, cancellation) is { } stream)
                    return stream;
            }
        }
        throw new FaultException(StoredNames.Missing(Location, name));
    }

    private async Task<bool> AnyAsync(IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        foreach (var key in keys)
        {
            if (await bucket.FindAsync("reading", (s3, ct) => s3.GetObjectMetadataAsync(bucket.Name, key, ct), cancellation) is not null)
                return true;
        }
        return false;
    }

    private async IAsyncEnumerable<S3Object> ObjectsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket.Name, Prefix = _location.Prefix, Delimiter = "/" };
        do
        {
            var page = await bucket.CallAsync("listing", (s3, ct) => s3.ListObjectsV2Async(request, ct), cancellation);
            foreach (var found in page.S3Objects ?? [])
                yield return found;
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    private async Task<Manifest?> TryReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            // Another may have removed it since it was listed.
            await using var file = await ResumingStream.TryOpenAsync(bucket, _location.ManifestKey(name), cancellation);
            return file is null ? null : await ManifestFile.ReadAsync(file, cancellation);
        }
        catch (Exception failure) when (failure is InvalidDataException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
