using System.Collections.Concurrent;
using Amazon.S3.Model;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// The parts of one upload on their way: two at once while they are small, one when they are large, so that memory is bounded by the size
/// of parts and not by that of the archive. The first failure stops the others.
/// </summary>
internal sealed class PartFlight(S3Bucket bucket, string key, ConcurrentBag<byte[]> spare, CancellationToken cancellation)
{
    private const int AllShares = 2;
    private readonly SemaphoreSlim _shares = new(AllShares);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly List<Task<PartETag>> _parts = [];
    private Exception? _failure;

    public byte[] Rent(int size) =>
        spare.TryTake(out var used) && used.Length == size ? used : GC.AllocateUninitializedArray<byte>(size);

    /// <summary>Returns as soon as there is room for the part among the others; the bytes are its own from then on.</summary>
    public void Send(string uploadId, int number, byte[] bytes, int length)
    {
        var shares = PartSizes.Shares(number, bucket.Settings.PartMebibytes, AllShares);
        for (var i = 0; i < shares; i++)
            WaitForShare();
        _parts.Add(Task.Run(() => UploadAsync(uploadId, number, bytes, length, shares), CancellationToken.None));
    }

    public async Task<IReadOnlyList<PartETag>> LandAsync()
    {
        await DrainAsync();
        ThrowIfFailed();
        return await Task.WhenAll(_parts);
    }

    /// <summary>Returns when no part is under way any more; never throws.</summary>
    public Task DrainAsync() => Task.WhenAll(_parts).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task<PartETag> UploadAsync(string uploadId, int number, byte[] bytes, int length, int shares)
    {
        try
        {
            var answer = await bucket.CallAsync("writing to", (s3, ct) => s3.UploadPartAsync(
                S3Requests.Part(bucket, key, uploadId, number, bytes, length), ct), _stop.Token, length);
            spare.Add(bytes);
            return new PartETag(answer);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            await _stop.CancelAsync();
            throw;
        }
        finally
        {
            _shares.Release(shares);
        }
    }

    private void WaitForShare()
    {
        try
        {
            ThrowIfFailed();
            _shares.Wait(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            ThrowIfFailed();
            throw;
        }
    }

    private void ThrowIfFailed()
    {
        cancellation.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _failure) is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }
}
