using System.IO.Enumeration;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Decides which paths below the home a list of globs means: globs in which <c>*</c> stays within a name and <c>**</c> spans directories.
/// Pure.
/// </summary>
/// <param name="except">What these mean is not meant, though it is by the others.</param>
internal sealed class PathGlobs(IEnumerable<string> globs, IEnumerable<string>? except = null)
{
    /// <summary>
    /// What Electron makes again by itself, its single-instance marks (a restored one says "profile in use"), and traces of a restore.
    /// </summary>
    public static readonly IReadOnlyList<string> LeftOutByDefault =
    [
        .. new[]
        {
            "Cache", "Code Cache", "GPUCache", "DawnCache", "DawnGraphiteCache", "DawnWebGPUCache", "WebGPUCache", "Crashpad", "logs",
                "temp",
            "update-cache", "blob_storage",
        }.Select(name => $".config/*/{name}"),
        "**/SingletonLock", "**/SingletonCookie", "**/SingletonSocket",
        ".before-restore-*", ".restore-partial", ".restore-ready-*", ".restore-placing-*", "lost+found",
    ];

    /// <summary>Databases no header tells: Signal's is encrypted from its first byte.</summary>
    public static readonly IReadOnlyList<string> SignalDatabases = [".config/*/sql/db.sqlite", "sql/db.sqlite"];

    private readonly string[][] _patterns = Split(globs);
    private readonly string[][] _except = Split(except ?? []);

    public bool Match(string path)
    {
        var names = path.Split('/');
        return Any(_patterns, names) && !Any(_except, names);
    }

    private static string[][] Split(IEnumerable<string> globs) => [.. globs.Select(glob => glob.Trim('/').Split('/'))];

    private static bool Any(string[][] patterns, string[] names)
    {
        foreach (var pattern in patterns)
        {
            if (Matches(pattern, names))
                return true;
        }
        return false;
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty)
            return names.IsEmpty;
        if (pattern[0] == "**")
            return Matches(pattern[1..], names) || (!names.IsEmpty && Matches(pattern, names[1..]));
        return !names.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], names[0], ignoreCase: false)
            && Matches(pattern[1..], names[1..]);
    }
}
