using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Cluster.Kubelet;

/// <summary>An image name taken apart; its digest depends on the name alone, so the same tag is always the same image.</summary>
internal sealed record ImageReference(string Text, string Repository, string Tag, string? Digest)
{
    public bool IsMissing => Tag == "missing";

    public bool NeverReady => Tag == "broken" || Tag.EndsWith("-broken", StringComparison.Ordinal);

    public bool Crashes => Tag == "crash" || Tag.EndsWith("-crash", StringComparison.Ordinal);

    public bool IsSlow => Tag == "slow" || Tag.EndsWith("-slow", StringComparison.Ordinal);

    /// <summary>As <c>status.containerStatuses[].imageID</c> has it.</summary>
    public string Id =>
        $"{Repository}@{Digest ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Repository}:{Tag}")))}";

    public static ImageReference Parse(string text)
    {
        var (name, digest) = text.Split('@', 2) is [var before, var after] ? (before, after) : (text, null);
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/')
            ? new(text, name[..colon], name[(colon + 1)..], digest)
            : new(text, name, "latest", digest);
    }
}
