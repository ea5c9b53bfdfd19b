using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>Decides which member names may be extracted: relative, without "..", without empty or NUL parts. Pure.</summary>
internal static class EntryPath
{
    /// <summary>The name without its trailing slash.</summary>
    public static string Bare(string name) => name.EndsWith('/') ? name[..^1] : name;

    /// <summary>The bare name; "." for the root.</summary>
    public static Outcome<string> Check(string name)
    {
        var path = Bare(name);
        if (path == ".")
            return path;
        var parts = path.Split('/');
        return parts.All(part => part is not ("" or "." or "..") && !part.Contains('\0', StringComparison.Ordinal))
            ? path
            : new Fault("UnsafePath", $"the archive names '{name}', which leads out of the directory",
                "It was not made by this program: do not restore it");
    }
}
