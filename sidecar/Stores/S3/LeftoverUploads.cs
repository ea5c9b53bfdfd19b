using Amazon.S3.Model;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// Aborts uploads: one that failed, and those of our snapshots that a dead process left more than a day ago. S3 keeps, and bills, the
/// parts of an upload until then. Failing at it is never a reason to fail a snapshot: a lifecycle rule does the same.
/// Source: Amazon S3 API Reference, "AbortMultipartUpload", "ListMultipartUploads".
/// </summary>
internal static class LeftoverUploads
{
    /// <summary>Nobody can tell whose an upload is, so only one older than any run is taken for abandoned.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public static async Task SweepAsync(S3Bucket bucket, CancellationToken cancellation)
    {
        try
        {
            var request = new ListMultipartUploadsRequest { BucketName = bucket.Name, Prefix = bucket.Location.Prefix };
            ListMultipartUploadsResponse page;
            do
            {
                page = await bucket.AskAsync("listing the uploads of", (s3, ct) => s3.ListMultipartUploadsAsync(request, ct), cancellation);
                foreach (var upload in (page.MultipartUploads ?? []).Where(upload => IsLeftover(bucket, upload)))
                    await AbortAsync(bucket, upload.Key, upload.UploadId, cancellation);
                (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
            }
            while (page.IsTruncated == true);
        }
        catch (FaultException)
        {
            // Not allowed, or not known to this server.
        }
    }

    public static async Task AbortAsync(S3Bucket bucket, string key, string uploadId, CancellationToken cancellation)
    {
        try
        {
            await bucket.AskAsync("aborting an upload to", (s3, ct) => s3.AbortMultipartUploadAsync(bucket.Name, key, uploadId, ct),
                cancellation);
        }
        catch (FaultException failure) when (S3Faults.IsMissing(failure.InnerException) || S3Faults.IsUnsupported(failure.InnerException))
        {
            // Gone already, or a server that never learnt to abort.
        }
    }

    private static bool IsLeftover(S3Bucket bucket, MultipartUpload upload) =>
        upload.Initiated is { } begun
        && bucket.Time.GetUtcNow() - begun.ToUniversalTime() > Abandoned
        && (upload.Key == bucket.Location.ProbeKey || IsOurs(bucket.Location, upload.Key));

    private static bool IsOurs(S3Location location, string key) =>
        location.ArchiveOf(key) is not null || location.NameOf(key, SnapshotName.ManifestSuffix) is not null;
}
