using System.Globalization;

namespace ChatOps.Sidecar.Stores;

/// <summary>
/// Names temporary files after the process that writes them, so that a successor can tell a leftover of kill -9 from a file in use:
/// <c>.chatops-HOST-PID-START-label</c>. START keeps a reused process id apart.
/// </summary>
internal static class OwnedName
{
    private const string Prefix = ".chatops~";
    private static readonly string Host = Environment.MachineName;
    private static readonly string Own = $"{Prefix}{Host}~{Environment.ProcessId}~{StartOf(Environment.ProcessId)}~";

    public static string For(string label) => Own + label;

    /// <summary>Removes what dead processes of this host left, and what nobody touched for a day whoever wrote it.</summary>
    public static void Sweep(string directory, DateTimeOffset now)
    {
        foreach (var path in Directory.EnumerateFiles(directory, Prefix + "*"))
        {
            if (!IsAbandoned(Path.GetFileName(path), now - File.GetLastWriteTimeUtc(path)))
                continue;
            try
            {
                File.Delete(path);
            }
            catch (IOException)
            {
                // Somebody else swept it, or it is not ours to remove.
            }
        }
    }

    private static bool IsAbandoned(string name, TimeSpan age)
    {
        var parts = name.Split('~');
        if (parts.Length < 5 || parts[1] != Host || !int.TryParse(parts[2], CultureInfo.InvariantCulture, out var id))
            return age > TimeSpan.FromDays(1);
        return StartOf(id) != parts[3];
    }

    /// <summary>The 22nd field of /proc/PID/stat, clock ticks since boot (proc(5)); "" when there is no such process.</summary>
    private static string StartOf(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
