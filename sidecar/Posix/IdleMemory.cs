using System.Globalization;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// Gives back what only the start or the last run needed: the heap's buffers, and the pages of code, which are half of what a sidecar holds
/// while it waits. The kernel reads those again, from its cache, when they are called for.
/// </summary>
/// <remarks>
/// madvise(2), MADV_DONTNEED on a private mapping of a file: what was never written is read from the file again. So only what can be
/// executed, and the constants of shared libraries, and of these only mappings with no page of our own, in memory or swapped out:
/// proc(5), "smaps", Anonymous and Swap.
/// </remarks>
internal static class IdleMemory
{
    private const string Mappings = "/proc/self/smaps";

    public static void GiveBack()
    {
        GiveCodeBack();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    private static void GiveCodeBack()
    {
        // Some sandboxes have none.
        if (!File.Exists(Mappings)) return;
        (nuint Start, nuint Length) mapping = default;
        var owned = false;
        foreach (var line in File.ReadLines(Mappings))
        {
            // The last line of each mapping.
            if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                if (mapping.Length > 0 && !owned) _ = Libc.Advise(mapping.Start, mapping.Length, Libc.DoNotNeed);
                (mapping, owned) = (default, false);
            }
            else if (line.StartsWith("Anonymous:", StringComparison.Ordinal) || line.StartsWith("Swap:", StringComparison.Ordinal))
                owned |= !line.EndsWith(" 0 kB", StringComparison.Ordinal);
            else if (IsCode(line))
                mapping = Range(line);
        }
    }

    /// <summary>A mapping begins with its addresses, its rights, three numbers and the file.</summary>
    private static bool IsCode(string line) =>
        line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries) is [_, var rights, _, _, _, ['/', ..] file]
        && (rights == "r-xp" || (rights == "r--p" && file.Contains(".so", StringComparison.Ordinal)));

    private static (nuint Start, nuint Length) Range(string line)
    {
        var (dash, space) = (line.IndexOf('-', StringComparison.Ordinal), line.IndexOf(' ', StringComparison.Ordinal));
        var start = nuint.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, nuint.Parse(line.AsSpan((dash + 1)..space), NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
