using System.Runtime.CompilerServices;

namespace ChatOps.Values;

/// <summary>Awaiting a task for its end alone: how it ended is looked at elsewhere, or does not matter.</summary>
public static class Settling
{
    /// <summary>Ends when the task has succeeded, failed or been cancelled, and never throws; goes on where the caller was.</summary>
    public static ConfiguredTaskAwaitable Settled(this Task task) =>
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>For work that nobody waits for: what it fails by is told all the same. That it was cancelled is no failure.</summary>
    public static async void OrTell(this Task task, Action<Exception> tell)
    {
        await task.Settled();
        if (task.Exception is { InnerException: { } failure }) tell(failure);
    }
}
