using Amazon.Runtime;
using Amazon.S3;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// The only way to the SDK: each call has a limit in time that grows with what it carries, and ends by a fault in words; cancellation is
/// thrown through.
/// </summary>
internal sealed class S3Bucket(S3Location location, S3Settings settings, TimeProvider time, AWSCredentials? credentials)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Slower than this a line is of no use for backups.</summary>
    private const double LeastBytesPerSecond = 32 * 1024;

    private readonly Lazy<IAmazonS3> _patient = new(() => S3Connection.Open(settings, S3Connection.Patient, credentials));
    private readonly Lazy<IAmazonS3> _brief = new(() => S3Connection.Open(settings, S3Connection.Brief, credentials));

    public S3Location Location => location;

    public S3Settings Settings => settings;

    public TimeProvider Time => time;

    public string Name => location.Bucket;

    public Task<T> CallAsync<T>(
        string operation, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation, long bytes = 0) =>
        GuardAsync(_patient, operation, call, Patience + TimeSpan.FromSeconds(bytes / LeastBytesPerSecond), cancellation);

    /// <summary>The same for somebody who waits: fewer tries, and a shorter limit.</summary>
    public Task<T> AskAsync<T>(string operation, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation) =>
        GuardAsync(_brief, operation, call, TimeSpan.FromSeconds(30), cancellation);

    /// <summary>What a call came to, or null where there is nothing under that key.</summary>
    public async Task<T?> FindAsync<T>(string operation, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await CallAsync(operation, call, cancellation);
        }
        catch (FaultException failure) when (S3Faults.IsMissing(failure.InnerException))
        {
            return null;
        }
    }

    private async Task<T> GuardAsync<T>(
        Lazy<IAmazonS3> client, string operation, Func<IAmazonS3, CancellationToken, Task<T>> call, TimeSpan patience,
        CancellationToken cancellation)
    {
        try
        {
            return await Answers.WithinAsync(
                patience, time, either => call(client.Value, either),
                e => Answers.IsClosed(e) ? new TimeoutException($"it did not answer within {patience.TotalSeconds:0} seconds") : e,
                cancellation);
        }
        catch (Exception failure) when (failure is not (FaultException or OperationCanceledException))
        {
            throw Fail(failure, operation);
        }
    }

    private FaultException Fail(Exception failure, string operation) =>
        new(S3Faults.Of(failure, operation, location.ToString()), failure);
}
