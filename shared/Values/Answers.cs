namespace ChatOps.Values;

/// <summary>Asking over a connection that may be slow, cut, or closed under whoever reads from it.</summary>
public static class Answers
{
    /// <summary>What a call comes to, within a time.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="call">Its token is cancelled when the time is over and when the caller goes.</param>
    /// <param name="lost">What is thrown when no answer came: the connection failed, or the time is over.</param>
    /// <exception cref="OperationCanceledException">The caller went, whatever that looked like on the connection.</exception>
    /// <remarks>
    /// Cancelling closes the connection. What came at that very moment is still handed on, and then the next read, which nobody has
    /// cancelled, says <see cref="ObjectDisposedException"/> (of the kind of dotnet/runtime, issues 31254 and 56159).
    /// </remarks>
    public static async Task<T> WithinAsync<T>(
        TimeSpan limit, TimeProvider time, Func<CancellationToken, Task<T>> call, Func<Exception, Exception> lost, CancellationToken ct)
    {
        using var over = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, over.Token);
        try
        {
            return await call(both.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || IsClosed(e))
        {
            if (ct.IsCancellationRequested) throw new OperationCanceledException("the caller went", e, ct);
            throw lost(e);
        }
    }

    /// <summary>Whether the connection was given up here, and not at its other end.</summary>
    public static bool IsClosed(Exception e) => e is OperationCanceledException or ObjectDisposedException;
}
