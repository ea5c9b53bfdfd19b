using System.Text.RegularExpressions;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Turns what a person typed as a version into an image of the target's own repository; another repository is refused.</summary>
internal static partial class ImageReference
{
    /// <summary>The repository of a reference: everything before its tag or digest.</summary>
    public static string Repository(string image)
    {
        var bare = image.Split('@')[0];
        var colon = bare.LastIndexOf(':');
        return colon > bare.LastIndexOf('/') ? bare[..colon] : bare;
    }

    public static Outcome<string> For(string version, string repository)
    {
        var wanted = version;
        if (version.Contains('/', StringComparison.Ordinal))
        {
            if (Repository(version) != repository)
            {
                return new Fault(
                    "WrongRepository",
                    $"'{Repository(version)}' is not the image of this target, {repository} is",
                    "Give only the version");
            }
            wanted = version[repository.Length..].TrimStart(':', '@');
        }
        if (Digest().IsMatch(wanted)) return $"{repository}@{wanted}";
        return Tag().IsMatch(wanted)
            ? $"{repository}:{wanted}"
            : new Fault(
                "BadVersion",
                $"'{Shorten(wanted)}' is neither a tag nor a digest",
                "A tag has letters, digits, '.', '_', '-', at most 128");
    }

    /// <summary>The digest form a pod reported, when it names this repository; null when the tag cannot be pinned.</summary>
    public static string? Pinned(string? imageId, string image) =>
        imageId is not null && Repository(imageId) == Repository(image)
            && Digest().IsMatch(imageId[(imageId.IndexOf('@', StringComparison.Ordinal) + 1)..])
            ? imageId
            : null;

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;

    // OCI distribution specification, "Pulling manifests": the grammar of a tag.
    [GeneratedRegex("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\\z")]
    private static partial Regex Tag();

    [GeneratedRegex("^sha256:[0-9a-f]{64}\\z")]
    private static partial Regex Digest();
}
