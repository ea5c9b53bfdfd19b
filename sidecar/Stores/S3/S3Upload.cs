using System.Collections.Concurrent;
using Amazon.S3.Model;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// One object being written: bytes go out in parts while more come in, a few parts at a time, and become the object by one last call that
/// never replaces another. What fits into the first part is sent whole by that call. The failure of a part is thrown by the next write.
/// </summary>
/// <param name="spare">Buffers that are used again, by the next upload too.</param>
internal sealed class S3Upload(
    S3Bucket bucket, string key, string name, ConcurrentBag<byte[]> spare, CancellationToken cancellation) : WriteOnlyStream
{
    private readonly string _draft = Guid.NewGuid().ToString("N");
    private readonly int _first = bucket.Settings.PartMebibytes;
    private readonly PartFlight _flight = new(bucket, key, spare, cancellation);
    private byte[]? _buffer;
    private int _filled, _number = 1;
    private string? _uploadId;
    private bool _completing;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            _buffer ??= _flight.Rent(PartSizes.Of(_number, _first));
            var length = Math.Min(buffer.Length, _buffer.Length - _filled);
            buffer[..length].CopyTo(_buffer.AsSpan(_filled));
            _filled += length;
            buffer = buffer[length..];
            if (_filled == _buffer.Length)
                Send();
        }
    }

    /// <summary>Returns when all that was written has arrived; what fits into one part waits to be sent whole.</summary>
    public Task LandAsync()
    {
        if (_uploadId is not null && _filled > 0)
            Send();
        return _flight.LandAsync();
    }

    /// <summary>Makes it an object; throws <c>SnapshotExists</c> where there is one already.</summary>
    public async Task CompleteAsync()
    {
        await LandAsync();
        var parts = await _flight.LandAsync();
        // Servers that do not know If-None-Match are asked first; the header then guards the instant between.
        if (await FindAsync(cancellation) is not null)
            throw new FaultException(StoredNames.Exists(bucket.Location.ToString(), name));
        _completing = true;
        try
        {
            await FinishAsync(parts, bucket.Settings.Conditional);
        }
        catch (FaultException failure) when (bucket.Settings.Conditional && S3Faults.IsUnsupported(failure.InnerException))
        {
            await FinishAsync(parts, conditional: false);
        }
    }

    /// <summary>Waits for what is under way and, to undo, leaves neither parts nor an object of this draft.</summary>
    public async Task EndAsync(bool undo, CancellationToken limit)
    {
        await _flight.DrainAsync();
        if (!undo)
            return;
        if (_uploadId is not null)
            await LeftoverUploads.AbortAsync(bucket, key, _uploadId, limit);
        if (_completing && IsOurs(await FindAsync(limit)))
            await bucket.AskAsync("removing from", (s3, ct) => s3.DeleteObjectAsync(bucket.Name, key, ct), limit);
    }

    private void Send()
    {
        if (_number > PartSizes.Most)
            throw new FaultException(new Fault("TooLarge", "the archive is larger than an object may be", "Exclude what need not be kept"));
        _uploadId ??= BeginAsync().GetAwaiter().GetResult();
        _flight.Send(_uploadId, _number++, _buffer!, _filled);
        (_buffer, _filled) = (null, 0);
    }

    private async Task<string> BeginAsync()
    {
        var request = S3Requests.Begin(bucket, key, _draft);
        return (await bucket.CallAsync("writing to", (s3, ct) => s3.InitiateMultipartUploadAsync(request, ct), cancellation)).UploadId;
    }

    private async Task FinishAsync(IReadOnlyList<PartETag> parts, bool conditional)
    {
        try
        {
            if (_uploadId is { } id)
                await bucket.CallAsync("completing an upload to", (s3, ct) => s3.CompleteMultipartUploadAsync(
                    S3Requests.Complete(bucket, key, id, parts, conditional), ct), cancellation, bytes: 64 << 20);
            else
                await bucket.CallAsync("writing to", (s3, ct) => s3.PutObjectAsync(
                    S3Requests.Whole(bucket, key, _draft, _buffer ?? [], _filled, conditional), ct), cancellation, _filled);
        }
        catch (FaultException failure) when (S3Faults.IsConflict(failure.InnerException) || S3Faults.IsMissing(failure.InnerException))
        {
            // A try whose answer was lost has done it, and the next one meets its own object, or finds the upload gone.
            if (IsOurs(await FindAsync(cancellation)))
                return;
            throw S3Faults.IsMissing(failure.InnerException)
                ? failure
                : new FaultException(StoredNames.Exists(bucket.Location.ToString(), name), failure);
        }
    }

    private Task<GetObjectMetadataResponse?> FindAsync(CancellationToken limit) =>
        bucket.FindAsync("reading", (s3, ct) => s3.GetObjectMetadataAsync(bucket.Name, key, ct), limit);

    private bool IsOurs(GetObjectMetadataResponse? found) => found?.Metadata[S3Requests.DraftField] == _draft;
}
