using System.Text.RegularExpressions;

namespace ChatOps.Values;

/// <summary>
/// A reference to an image, taken apart: <c>[scheme://][domain/]path[:tag][@digest]</c>. Its parts are in normal form, so that spellings of
/// one repository are equal: <c>kasmweb/signal</c>, <c>docker.io/kasmweb/signal</c>, <c>docker-pullable://kasmweb/signal</c>.
/// </summary>
/// <remarks>
/// Grammar and normal form of a reference: distribution/reference, <c>reference.go</c> and <c>normalize.go</c>; of a digest: OCI image
/// specification, "Descriptor", "Digests". The schemes are what kubelets put before an image id.
/// </remarks>
public sealed partial record ImageName
{
    /// <summary>Docker Hub, which is meant where no domain is named.</summary>
    public const string DockerHub = "docker.io";

    private const int LongestText = 1024, LongestName = 255;

    private ImageName(string spelled, string domain, string path, string? tag, string? digest) =>
        (Spelled, Domain, Path, Tag, Digest) = (spelled, domain, path, tag, digest);

    /// <summary>The repository as it was written, without a scheme.</summary>
    public string Spelled { get; }

    /// <summary>The registry, with its port where it has one.</summary>
    public string Domain { get; }

    /// <summary>The repository in that registry, <c>library/</c> included.</summary>
    public string Path { get; }

    /// <summary>Null where none was written.</summary>
    public string? Tag { get; }

    /// <summary>With its algorithm, <c>sha256:…</c>; null where none was written.</summary>
    public string? Digest { get; }

    /// <summary>In normal form.</summary>
    public string Repository => $"{Domain}/{Path}";

    /// <summary>What a registry is asked for: the digest goes before the tag, and without either <c>latest</c> is meant.</summary>
    public string Reference => Digest ?? Tag ?? "latest";

    /// <summary>The same content, as far as names can tell: of two digests nothing else counts, and a tag is not a digest.</summary>
    public bool IsSame(ImageName other) => Repository == other.Repository && Reference == other.Reference;

    /// <summary>Null for what is no reference, and for a bare digest, which is of no repository.</summary>
    public static ImageName? Parse(string text)
    {
        if (text.Length > LongestText || Whole().Match(text) is not { Success: true } match) return null;
        var (name, tag, digest) = (match.Groups["name"].Value, Part(match, "tag"), Part(match, "digest"));
        if (IsDigest(tag is null ? name : $"{name}:{tag}")) return null;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        // As Docker tells a host from the first part of a path.
        var isHost = first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (domain, path) = isHost ? (first.ToLowerInvariant(), name[(slash + 1)..]) : (DockerHub, name);
        if (domain == "index.docker.io") domain = DockerHub;
        if (domain == DockerHub && !path.Contains('/', StringComparison.Ordinal)) path = $"library/{path}";
        return Host().IsMatch(domain) && Components().IsMatch(path) && domain.Length + path.Length < LongestName
            ? new ImageName(name, domain, path, tag, digest)
            : null;
    }

    public static bool IsTag(string text) => TagWord().IsMatch(text);

    public static bool IsDigest(string text) => DigestWord().IsMatch(text);

    private static string? Part(Match match, string group) => match.Groups[group] is { Success: true } part ? part.Value : null;

    [GeneratedRegex(@"^(?:[a-z][a-z0-9+.-]*://)?(?<name>[^@\s]+?)(?::(?<tag>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))?(?:@(?<digest>"
        + DigestPattern + @"))?\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[a-f0-9:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex Host();

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex Components();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagWord();

    [GeneratedRegex("^" + DigestPattern + @"\z")]
    private static partial Regex DigestWord();

    // The two algorithms that are registered and in use; upper-case hexadecimal is no digest of either.
    private const string DigestPattern = "(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})";
}
