using System.IO.Enumeration;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Decides which paths below the home a list of globs means: globs in which <c>*</c> stays within a name and <c>**</c> spans directories.
/// Pure.
/// </summary>
internal sealed class PathGlobs(IEnumerable<string> globs)
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

    private readonly string[][] _patterns = [.. globs.Select(glob => glob.Trim('/').Split('/'))];

    public bool Match(string path)
    {
        var names = path.Split('/');
        foreach (var pattern in _patterns)
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
