using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>Compares the images that pods report with the one a plan named; pure. It says nothing where nobody can tell.</summary>
/// <remarks>
/// A tag leads to an image by several digests: of the index, of the manifest for one platform, and of the configuration, by which a node
/// keeps it (OCI image specification, "Image Index", "Image Manifest", "Image Configuration"). Runtimes report one or another as the
/// <c>imageID</c>: two of different kinds are no sign of different images.
/// </remarks>
internal static class RunningImage
{
    /// <summary>
    /// Writes down what came up, and how it compares. One pod with another image is enough: a tag may mean another on each node.
    /// </summary>
    /// <param name="standing">What the version of the plan is to people: <c>was approved</c>.</param>
    public static ChangeStatus Record(
        ChangeStatus status, PlannedVersion planned, string standing, WorkloadState live, string container, DateTimeOffset now)
    {
        var (asPlanned, id) = Compare(planned, live.ImageIds(container));
        return status.CameUp(id ?? live.ImageId(container), asPlanned, Told(planned, asPlanned, id, standing), now);
    }

    /// <summary>Whether they are as planned, and the one that shows it: the first that is another. Null is: nobody can tell.</summary>
    public static (bool? AsPlanned, string? ImageId) Compare(PlannedVersion planned, IReadOnlyList<string> running)
    {
        var verdicts = running.Select(id => (Verdict: IsPlanned(planned, id), Id: id)).ToList();
        if (verdicts.FirstOrDefault(v => v.Verdict == false) is { Id: not null } other) return other;
        return (verdicts.Count > 0 && verdicts.All(v => v.Verdict == true) ? true : null, running is [var first, ..] ? first : null);
    }

    /// <summary>Whether two of them are certainly of different images.</summary>
    public static bool Differ(string? imageId, string? other) =>
        imageId is not null && other is not null && IsPlanned(new PlannedVersion { ImageId = imageId }, other) == false;

    private static string Told(PlannedVersion planned, bool? asPlanned, string? imageId, string standing) => asPlanned == false
        ? $"runs {Short(imageId)} though {Short(ImageReference.Digest(planned) ?? planned.ImageId)} {standing}"
        : $"runs the image that {standing}";

    private static string Short(string? imageId) => Phrases.ShortDigest(imageId ?? "");

    /// <summary>The image it is pinned to, what pods reported of it, and what an index leads to: any of them will do.</summary>
    private static bool? IsPlanned(PlannedVersion planned, string running)
    {
        var pinned = ImageReference.Digest(planned.Image);
        if (ImageReference.Digest(running) is not { } digest)
        {
            if (NodeId(planned.ImageId) is not { } before || NodeId(running) is not { } now) return null;
            return before == now ? true : pinned is null ? false : null;
        }
        List<string?> known = [pinned, ImageReference.Digest(planned.ImageId), .. planned.Manifests ?? []];
        return known.Contains(digest) ? true : known.Any(k => k is not null && Algorithm(k) == Algorithm(digest)) ? false : null;
    }

    private static string Algorithm(string digest) => digest.Split(':')[0];

    /// <summary>
    /// The digest of an image's configuration, as Docker and CRI-O report it: <c>docker://sha256:…</c>, or no more than the digits.
    /// </summary>
    private static string? NodeId(string? imageId)
    {
        var id = imageId?[(imageId.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..];
        return id is { Length: 64 } && id.All(char.IsAsciiHexDigitLower) ? id
            : id?.StartsWith("sha256:", StringComparison.Ordinal) == true ? id[7..] : null;
    }
}
