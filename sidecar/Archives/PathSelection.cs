using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// What a person wants of an archive: paths below the home, folders with all that is in them, or globs. Remembers which of them it has met,
/// so that one that means nothing can be named.
/// </summary>
internal sealed class PathSelection
{
    private readonly List<(string Text, PathGlobs Globs)> _wanted;
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);

    private PathSelection(IEnumerable<string> paths) => _wanted = [.. paths.Select(path => (path, new PathGlobs([path])))];

    public static Outcome<PathSelection> Parse(IEnumerable<string> paths)
    {
        List<string> wanted = [];
        foreach (var text in paths)
        {
            var path = (text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text).TrimEnd('/');
            if (path.Split('/').Any(part => part is "" or "." or ".."))
                return new Fault("BadPath", $"'{text}' is no path below the home",
                    "Write it as `sidecar inspect` would: .config/Signal/config.json");
            wanted.Add(path);
        }
        return new PathSelection(wanted);
    }

    /// <summary>It, or a folder it lies in, was asked for.</summary>
    public bool Contains(string path)
    {
        var found = false;
        foreach (var (text, globs) in _wanted)
        {
            if (!Upwards(path).Any(globs.Match))
                continue;
            _met.Add(text);
            found = true;
        }
        return found;
    }

    /// <summary>The first that meant nothing of all that was asked about; null when each meant something.</summary>
    public string? Unmet() => _wanted.Select(wanted => wanted.Text).FirstOrDefault(text => !_met.Contains(text));

    /// <summary>The path and the folders it lies in, innermost first.</summary>
    public static IEnumerable<string> Upwards(string path)
    {
        yield return path;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }
}
