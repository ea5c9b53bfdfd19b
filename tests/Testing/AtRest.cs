namespace ChatOps.Testing;

/// <summary>
/// Waits until this process has nothing to do but wait, so that a simulated clock moves only then. However many turns of its threads passed
/// quietly says nothing: one that was interrupted in the middle of its work takes none.
/// </summary>
public static class AtRest
{
    /// <summary>So often it looks before it leaves its own thread to others.</summary>
    private const int Looks = 50;

    /// <summary>Enough for a thread that was interrupted to go on.</summary>
    internal static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Threads of the pool that had work while all slept: one waits for the last test. While there are as many, nobody has to look again.
    /// </summary>
    private static int _blocked = -1;

    /// <summary>Whether no work waits for a thread of the pool and none but the asker's does any.</summary>
    public static bool IsNow
    {
        get
        {
            if (ThreadPool.PendingWorkItemCount > 0) return false;
            ThreadPool.GetMaxThreads(out var all, out _);
            ThreadPool.GetAvailableThreads(out var free, out _);
            var others = all - free - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
            if (others != _blocked && !AllSleep()) return false;
            _blocked = others;
            return ThreadPool.PendingWorkItemCount == 0;
        }
    }

    /// <summary>Ends when this holds and meanwhile no work waits for a thread of the pool and none does any.</summary>
    /// <param name="sockets">
    /// Whether something may come on a socket that nothing else knows of. That wakes a thread the moment it comes, so all of them must
    /// sleep then, which takes longer to see.
    /// </param>
    public static async Task UntilAsync(Func<bool> holds, bool sockets = false)
    {
        for (var looks = 1; !Is(holds, sockets); looks++)
        {
            if (looks % Looks == 0) await Task.Delay(Moment, TimeProvider.System);
            else Thread.Yield();
        }
    }

    private static bool Is(Func<bool> holds, bool sockets)
    {
        var done = ThreadPool.CompletedWorkItemCount;
        return IsNow && holds() && (!sockets || AllSleep()) && IsNow && holds() && ThreadPool.CompletedWorkItemCount == done;
    }

    /// <summary>Whether no thread but the asker's runs or could run; only Linux tells, elsewhere the pool's own count has to do.</summary>
    private static bool AllSleep() => !OperatingSystem.IsLinux() ||
        Directory.EnumerateDirectories("/proc/self/task").Where(thread => IsAwake($"{thread}/stat")).Take(2).Count() == 1;

    /// <remarks>proc(5), /proc/pid/stat: after the name in brackets comes the state, R for one that may run, D for one that waits for a
    /// disk.</remarks>
    private static bool IsAwake(string stat)
    {
        Span<byte> text = stackalloc byte[512];
        try
        {
            using var file = File.OpenHandle(stat);
            text = text[..RandomAccess.Read(file, text, 0)];
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
        return text.LastIndexOf(")"u8) is >= 0 and var name && text[name + 2] is (byte)'R' or (byte)'D';
    }
}
