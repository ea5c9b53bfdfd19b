using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// The requests that write, each with what the settings ask for: encryption, lock, storage class, checksums. Every body is signed with its
/// SHA-256, so a byte that changes on the way is refused by the server whether it keeps checksums or not.
/// Source: Amazon S3 API Reference, "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "PutObject".
/// </summary>
internal static class S3Requests
{
    /// <summary>Tells our own object from one that another wrote under the same key.</summary>
    public const string DraftField = "x-amz-meta-chatops-draft";

    public static InitiateMultipartUploadRequest Begin(S3Bucket bucket, string key, string draft)
    {
        var settings = bucket.Settings;
        var request = new InitiateMultipartUploadRequest { BucketName = bucket.Name, Key = key };
        request.Metadata.Add(DraftField, draft);
        if (settings.Checksums)
            request.ChecksumAlgorithm = ChecksumAlgorithm.SHA256;
        if (settings.Encryption is { } encryption)
            request.ServerSideEncryptionMethod = new(encryption);
        if (settings.KmsKey is { } kmsKey)
            request.ServerSideEncryptionKeyManagementServiceKeyId = kmsKey;
        if (settings.StorageClass is { } storageClass)
            request.StorageClass = new(storageClass);
        if (settings.LockMode is { } mode)
            (request.ObjectLockMode, request.ObjectLockRetainUntilDate) = (new(mode), LockedUntil(bucket));
        return request;
    }

    public static UploadPartRequest Part(S3Bucket bucket, string key, string uploadId, int number, byte[] bytes, int length) => new()
    {
        BucketName = bucket.Name,
        Key = key,
        UploadId = uploadId,
        PartNumber = number,
        InputStream = new MemoryStream(bytes, 0, length, writable: false),
        PartSize = length,
        UseChunkEncoding = false,
        ChecksumSHA256 = Sha256(bucket, bytes, length),
    };

    public static CompleteMultipartUploadRequest Complete(
        S3Bucket bucket, string key, string uploadId, IEnumerable<PartETag> parts, bool conditional) => new()
        {
            BucketName = bucket.Name,
            Key = key,
            UploadId = uploadId,
            PartETags = [.. parts.OrderBy(part => part.PartNumber)],
            IfNoneMatch = conditional ? "*" : null,
        };

    /// <param name="bytes">All of the object: a small one needs no parts.</param>
    public static PutObjectRequest Whole(S3Bucket bucket, string key, string draft, byte[] bytes, int length, bool conditional)
    {
        var settings = bucket.Settings;
        var request = new PutObjectRequest
        {
            BucketName = bucket.Name,
            Key = key,
            InputStream = new MemoryStream(bytes, 0, length, writable: false),
            UseChunkEncoding = false,
            IfNoneMatch = conditional ? "*" : null,
            ChecksumSHA256 = Sha256(bucket, bytes, length),
        };
        request.Metadata.Add(DraftField, draft);
        if (settings.Encryption is { } encryption)
            request.ServerSideEncryptionMethod = new(encryption);
        if (settings.KmsKey is { } kmsKey)
            request.ServerSideEncryptionKeyManagementServiceKeyId = kmsKey;
        if (settings.StorageClass is { } storageClass)
            request.StorageClass = new(storageClass);
        if (settings.LockMode is { } mode)
            (request.ObjectLockMode, request.ObjectLockRetainUntilDate) = (new(mode), LockedUntil(bucket));
        return request;
    }

    private static DateTime LockedUntil(S3Bucket bucket) => (bucket.Time.GetUtcNow() + bucket.Settings.LockFor).UtcDateTime;

    private static string? Sha256(S3Bucket bucket, byte[] bytes, int length) =>
        bucket.Settings.Checksums ? Convert.ToBase64String(SHA256.HashData(bytes.AsSpan(0, length))) : null;
}
