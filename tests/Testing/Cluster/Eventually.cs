using System.Globalization;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// Waits for something that will happen, and says what did not when the deadline passes, with what <c>otherwise</c> tells of it then.
/// What costs much to ask is asked less often, so that asking does not delay what it waits for.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(40);

    public static async Task<T> ValueAsync<T>(string what, Func<Task<T?>> ask, double seconds = 90, Func<string>? otherwise = null)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var asked = TimeProvider.System.GetTimestamp();
            if (await ask() is { } found)
                return found;
            var cost = TimeProvider.System.GetElapsedTime(asked);
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
                throw new TimeoutException(
                    string.Create(CultureInfo.InvariantCulture, $"{what}: not within {seconds} s{otherwise?.Invoke()}"));
            await Task.Delay(cost > Between ? cost : Between, TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task TrueAsync(string what, Func<Task<bool>> ask, double seconds = 90, Func<string>? otherwise = null) =>
        ValueAsync(what, async () => await ask() ? what : null, seconds, otherwise);

    public static Task TrueAsync(string what, Func<bool> ask, double seconds = 90, Func<string>? otherwise = null) =>
        TrueAsync(what, () => Task.FromResult(ask()), seconds, otherwise);
}
