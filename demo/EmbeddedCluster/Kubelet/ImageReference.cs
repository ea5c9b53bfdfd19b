using System.Security.Cryptography;
using System.Text;
using ChatOps.Values;

namespace ChatOps.Cluster.Kubelet;

/// <summary>An image name taken apart; its digest depends on the name alone, so that a tag is one image until it is pushed anew.</summary>
internal sealed record ImageReference(string Text, string Repository, string Tag, string? Digest)
{
    public bool IsMissing => Tag == "missing";

    public bool NeverReady => Tag == "broken" || Tag.EndsWith("-broken", StringComparison.Ordinal);

    public bool Crashes => Tag == "crash" || Tag.EndsWith("-crash", StringComparison.Ordinal);

    public bool IsSlow => Tag == "slow" || Tag.EndsWith("-slow", StringComparison.Ordinal);

    /// <summary>
    /// As <c>status.containerStatuses[].imageID</c> has it: containerd names the repository in normal form, however the pod spells it.
    /// </summary>
    /// <param name="pushed">What tags mean that were pushed anew, by image.</param>
    public string Id(IReadOnlyDictionary<string, string> pushed) =>
        $"{ImageName.Parse(Text)?.Repository ?? Repository}@{Digest ?? pushed.GetValueOrDefault(Text) ?? OfName}";

    private string OfName => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Repository}:{Tag}")));

    public static ImageReference Parse(string text)
    {
        var (name, digest) = text.Split('@', 2) is [var before, var after] ? (before, after) : (text, null);
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/')
            ? new(text, name[..colon], name[(colon + 1)..], digest)
            : new(text, name, "latest", digest);
    }
}
