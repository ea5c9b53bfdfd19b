using System.Globalization;

namespace ChatOps.Sidecar.Posix;

/// <summary>Lets others go first: setpriority(2), which on Linux counts for one thread and those it starts afterwards.</summary>
internal static class Niceness
{
    private const int OfThread = 0;

    /// <param name="nice">0, nothing changes, to 19, only when nobody else wants to run.</param>
    public static void Set(int nice)
    {
        if (nice == 0)
            return;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
            _ = Libc.SetPriority(OfThread, int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nice);
    }
}
