using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// What image references mean to a change: which are the same, which image a typed version is, and what one is pinned to; pure.
/// Repositories are compared in normal form, and written as whoever wrote the template spells them: pull secrets and mirrors go by that.
/// </summary>
internal static class ImageReference
{
    /// <summary>The repository of a reference as it is written: everything before its tag or digest.</summary>
    public static string Repository(string image)
    {
        if (ImageName.Parse(image) is { } name) return name.Spelled;
        var bare = image.Split('@')[0];
        var colon = bare.LastIndexOf(':');
        return colon > bare.LastIndexOf('/') ? bare[..colon] : bare;
    }

    public static bool IsSameRepository(string image, string other) =>
        (ImageName.Parse(image)?.Repository ?? Repository(image)) == (ImageName.Parse(other)?.Repository ?? Repository(other));

    /// <summary>However they are spelled, they name the same image.</summary>
    public static bool IsSame(string image, string other) => ImageName.Parse(image) is { } one && ImageName.Parse(other) is { } two
        ? one.IsSame(two)
        : image == other;

    /// <summary>Whether that is the image of a planned version, or what its tag stood for.</summary>
    public static bool IsOf(PlannedVersion version, string image) => IsSame(version.Image, image)
        || (Digest(image) is { } digest && digest == Digest(version) && IsSameRepository(version.Image, image));

    /// <summary>Whether two versions have the same tag of the same repository, whatever either is pinned to.</summary>
    public static bool IsSameTag(string image, string other) => ImageName.Parse(image) is { } one && ImageName.Parse(other) is { } two
        ? one.Repository == two.Repository && one.Tag == two.Tag && (one.Tag is not null || one.IsSame(two))
        : image == other;

    /// <summary>The image of the target's own repository that a person typed as a version; another repository is refused.</summary>
    public static Outcome<string> For(string version, string repository)
    {
        if (OfOwn(version) is { } own) return repository + own;
        if (ImageName.Parse(version) is not { } named || IsBareDigest(version))
        {
            return new Fault(
                "BadVersion",
                $"'{Shorten(version)}' is neither a tag nor a digest",
                "A tag has letters, digits, '.', '_', '-', at most 128");
        }
        if (!IsSameRepository(version, repository))
        {
            return new Fault(
                "WrongRepository", $"'{Repository(version)}' is not the image of this target, {repository} is", "Give only the version");
        }
        return named is { Tag: null, Digest: null }
            ? new Fault("BadVersion", $"'{Shorten(version)}' names no version", "Put a tag or a digest behind it")
            : repository + Suffix(named.Tag, named.Digest);
    }

    /// <summary>
    /// The image with the digest that ran in its tag's place. Null when that is not known, is of another repository, or is no digest of a
    /// repository at all; and when the image names a digest itself.
    /// </summary>
    public static string? Pinned(string? imageId, string image) => imageId is not null
        && ImageName.Parse(imageId) is { Digest: { } digest } ran && ImageName.Parse(image) is { Digest: null } name
        && ran.Repository == name.Repository ? $"{name.Spelled}@{digest}" : null;

    /// <summary>
    /// The same with a digest behind its tag, by which alone it is pulled then; the tag goes on telling people the version.
    /// </summary>
    /// <remarks>Kubernetes documentation, "Images", "Image names": of a tag and a digest the digest is used.</remarks>
    public static string WithDigest(string image, string digest) => ImageName.Parse(image) is { Digest: null } name
        ? $"{name.Spelled}:{name.Tag ?? "latest"}@{digest}"
        : image;

    /// <summary>
    /// The digest by which registries know what a version is or what runs; null where only a tag is known, or the id of an image on its
    /// node. That is what some runtimes report, and it is a digest of another thing: of the image's configuration.
    /// </summary>
    public static string? Digest(string? imageId) => imageId is null ? null : ImageName.Parse(imageId)?.Digest;

    public static string? Digest(PlannedVersion version) => Digest(version.Image) ?? Digest(version.ImageId);

    /// <summary>What may be typed for that image: its tag, or the whole digest where it has none.</summary>
    public static string Version(string image) => ImageName.Parse(image) is { } name ? name.Tag ?? name.Reference : Phrases.Version(image);

    private static string? OfOwn(string version)
    {
        if (ImageName.IsDigest(version)) return $"@{version}";
        if (ImageName.IsTag(version)) return $":{version}";
        var isBoth = version.Split('@') is [var tag, var digest] && ImageName.IsTag(tag) && ImageName.IsDigest(digest);
        return isBoth ? $":{version}" : null;
    }

    private static string Suffix(string? tag, string? digest) => $"{(tag is null ? "" : $":{tag}")}{(digest is null ? "" : $"@{digest}")}";

    /// <summary>What was meant as a digest is not taken for a tag of an image called sha256.</summary>
    private static bool IsBareDigest(string version) =>
        version.StartsWith("sha256:", StringComparison.Ordinal) || version.StartsWith("sha512:", StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
