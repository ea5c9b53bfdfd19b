using Amazon.Runtime;
using Amazon.S3.Model;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// Reads one object from beginning to end over as many connections as it takes: a connection that is cut or falls silent is followed by
/// another from the same byte, of the same object. An object replaced meanwhile is a fault, never a mixture.
/// Source: Amazon S3 API Reference, "GetObject" (Range, If-Match).
/// </summary>
internal sealed class ResumingStream : ReadOnlyStream
{
    private const int Tries = 6;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private readonly S3Bucket _bucket;
    private readonly string _key, _etag;
    private readonly long _length;
    private readonly CancellationToken _cancellation;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(128 * 1024);
    private GetObjectResponse? _answer;
    private long _position;

    private ResumingStream(S3Bucket bucket, string key, GetObjectResponse answer, CancellationToken cancellation)
    {
        (_bucket, _key, _answer, _cancellation) = (bucket, key, answer, cancellation);
        (_etag, _length) = (answer.ETag, answer.ContentLength);
    }

    /// <summary>Null where there is no such object.</summary>
    public static async Task<ResumingStream?> TryOpenAsync(S3Bucket bucket, string key, CancellationToken cancellation)
    {
        var request = new GetObjectRequest { BucketName = bucket.Name, Key = key };
        return await bucket.FindAsync("reading", (s3, ct) => s3.GetObjectAsync(request, ct), cancellation) is { } answer
            ? new(bucket, key, answer, cancellation)
            : null;
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _position == _length)
            return 0;
        var read = ReadOnAsync(Math.Min(buffer.Length, _buffer.Length)).GetAwaiter().GetResult();
        _buffer.AsSpan(0, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        HangUp();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnAsync(int most)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _answer ??= await ResumeAsync();
                var read = await ReadOnceAsync(_answer.ResponseStream, most);
                return read > 0 ? read : throw new EndOfStreamException("the connection was closed before the end");
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException or TimeoutException)
            {
                HangUp();
                if (attempt == Tries)
                    throw new FaultException(S3Faults.Of(failure, "reading", _bucket.Location.ToString()), failure);
                await Task.Delay(Pause(attempt), _bucket.Time, _cancellation);
            }
        }
    }

    private async Task<int> ReadOnceAsync(Stream body, int most)
    {
        try
        {
            return await Answers.WithinAsync(
                Silence, _bucket.Time, either => body.ReadAsync(_buffer.AsMemory(0, most), either).AsTask(),
                e => Answers.IsClosed(e) ? new TimeoutException($"nothing came for {Silence.TotalSeconds:0} seconds") : e,
                _cancellation);
        }
        catch (AmazonClientException failure)
        {
            // The SDK compares what came with the ETag where that is an MD5.
            throw new InvalidDataException($"{_key} is not what was once written there", failure);
        }
    }

    private void HangUp()
    {
        try
        {
            _answer?.Dispose();
        }
        catch (AmazonClientException)
        {
            // The same comparison, by a reader who has left: nobody relies on what was read no further.
        }
        _answer = null;
    }

    private async Task<GetObjectResponse> ResumeAsync()
    {
        var request = new GetObjectRequest
        {
            BucketName = _bucket.Name,
            Key = _key,
            ByteRange = new($"bytes={_position}-"),
            EtagToMatch = _etag,
        };
        try
        {
            var answer = await _bucket.CallAsync("reading", (s3, ct) => s3.GetObjectAsync(request, ct), _cancellation);
            // A server that does not know If-Match answers with whatever is there now.
            if (answer.ETag == _etag && answer.ContentLength == _length - _position)
                return answer;
            answer.Dispose();
        }
        catch (FaultException failure) when (S3Faults.IsConflict(failure.InnerException) || S3Faults.IsMissing(failure.InnerException))
        {
            // Replaced or removed: told below.
        }
        throw new FaultException(new Fault(
            "ArchiveReplaced", $"reading the store {_bucket.Location}: {_key} was replaced or removed meanwhile", "See `sidecar list`"));
    }

    /// <summary>Half a second, doubled each time, and up to as much again so that many readers do not come back together.</summary>
    private static TimeSpan Pause(int attempt) =>
        TimeSpan.FromSeconds(0.5 * (1 << (attempt - 1)) * (1 + Random.Shared.NextDouble()));
}
