using System.Text;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// What is mounted below a directory, from <c>/proc/self/mountinfo</c> (proc_pid_mountinfo(5)): a mount point cannot be renamed, and a
/// directory that is renamed takes along what is mounted in it.
/// </summary>
internal sealed class Mounts
{
    private readonly string _root;
    private readonly List<string> _paths;

    private Mounts(string root, List<string> paths) => (_root, _paths) = (root, paths);

    /// <summary>Relative to the directory, in the order they were mounted.</summary>
    public IReadOnlyList<string> Paths => _paths;

    public static Mounts Below(string directory) =>
        Below(directory, PosixFile.RealPath(directory), File.ReadLines("/proc/self/mountinfo"));

    /// <param name="real">The directory without links, as the kernel names it.</param>
    internal static Mounts Below(string directory, string real, IEnumerable<string> mountInfo)
    {
        var prefix = real.TrimEnd('/') + "/";
        return new(directory,
        [
            .. mountInfo.Select(line => line.Split(' ')).Where(fields => fields.Length > 4).Select(fields => Unescape(fields[4]))
                .Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Select(path => path[prefix.Length..]).Distinct(),
        ]);
    }

    public bool IsOne(string path) => _paths.Contains(Relative(path));

    /// <summary>Something is mounted below it.</summary>
    public bool LieBelow(string path) => _paths.Exists(mount => mount.StartsWith(Relative(path) + "/", StringComparison.Ordinal));

    private string Relative(string path) => Path.GetRelativePath(_root, path);

    /// <summary>Blanks, tabs, line feeds and backslashes stand as three octal digits.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        var text = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\' || i + 3 >= field.Length)
                text.Append(field[i]);
            else
            {
                text.Append((char)field.AsSpan(i + 1, 3).ToString().Aggregate(0, (value, digit) => value * 8 + (digit - '0')));
                i += 3;
            }
        }
        return text.ToString();
    }
}
