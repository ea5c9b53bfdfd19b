using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Registries;
using ChatOps.Bot.Settings;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Decides which image a deploy brings: what its tag means, as its registry says, and whether it is pinned to that. Only reads.
/// </summary>
internal sealed class ImagePlans(TagLookup tags)
{
    /// <summary>What is not there is a fault, before anything is touched; what cannot be asked is a warning.</summary>
    public async Task<(PlannedVersion To, IReadOnlyList<GateVerdict> Gates)> WantedAsync(
        Target target, WorkloadState live, string container, string image, CancellationToken ct)
    {
        if (ImageName.Parse(image) is not { } name) return (new PlannedVersion { Image = image }, []);
        // Where nodes never pull, what a registry has says nothing of what they have.
        if (live.PullPolicy(container) == "Never") return (Unasked(name, image), []);
        var host = RegistryClient.HostOf(name);
        switch (await tags.AskAsync(target, name, live.PullSecrets, ct))
        {
            case RegistryAnswer.Found found:
                var to = new PlannedVersion
                {
                    Image = target.Pins(live.PullPolicy(container)) ? ImageReference.WithDigest(image, found.Digest) : image,
                    ImageId = $"{name.Spelled}@{found.Digest}",
                    Manifests = found.Manifests,
                };
                return (to, [Verdict("pass", $"{Phrases.ShortDigest(found.Digest)} at {host}")]);
            case RegistryAnswer.Absent:
                throw new FaultException(new(
                    "NoSuchImage", $"{image} is not there, says {host}; nothing was touched",
                    $"Push it first, or name another version: /history {target.Name} lists what ran"));
            case RegistryAnswer.Unknown unknown:
                var meaning = name.Digest is null ? "what the tag means" : "whether it is there";
                return (Unasked(name, image), [Verdict("warn", $"{host} {unknown.Why}: {meaning} shows only when it is pulled")]);
            default:
                return (Unasked(name, image), []);
        }
    }

    /// <summary>Why a version is not deployed again; null where it brings something.</summary>
    public static Fault? NothingToDo(Target target, PlannedVersion from, PlannedVersion to)
    {
        var isKnown = RunningImage.Compare(to, from.ImageId is { } id ? [id] : []).AsPlanned;
        var isSame = ImageReference.IsSame(to.Image, from.Image);
        if (!isSame && !(ImageReference.IsSameTag(to.Image, from.Image) && isKnown == true)) return null;
        return isSame && isKnown == false && to.ImageId is { } moved
            ? new(
                "NothingToDo",
                $"{target.Name} already runs {from.Image}, and setting the same tag brings nothing, although it means another image now",
                $"Type /deploy {target.Name} {ImageReference.Digest(moved)}, or set pin: always for it in chatops.yaml")
            : new("NothingToDo", $"{target.Name} already runs {to.Image}", "Name another version");
    }

    private static PlannedVersion Unasked(ImageName name, string image) =>
        new() { Image = image, ImageId = name.Digest is { } digest ? $"{name.Spelled}@{digest}" : null };

    private static GateVerdict Verdict(string verdict, string message) => new() { Name = "image", Verdict = verdict, Message = message };
}
