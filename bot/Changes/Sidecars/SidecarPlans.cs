using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Sidecars;

/// <summary>Decides how a sidecar is to be attached to a workload, and whether what it stands on is there; reads only.</summary>
internal sealed class SidecarPlans(IKubernetesClient client)
{
    /// <summary>Native sidecars are on by default from here (KEP-753).</summary>
    private const int FirstMinorWithNative = 29;

    public async Task<PlannedSidecar> WantedAsync(Target target, WorkloadState live, CancellationToken ct)
    {
        var home = HomeOf(target);
        var (_, mount) = HomeMount.In(live.Template, home) ?? throw new FaultException(new(
            "NoHomeMount", $"no container of {target.Name} mounts a volume at {home.Path}", "Correct home.path in chatops.yaml"));
        if (HomeMount.WhyNot(target, mount) is { } unreachable) throw new FaultException(unreachable);
        return new PlannedSidecar
        {
            Image = home.SidecarImage,
            ServiceAccount = SidecarNames.Account(target),
            HomeVolume = mount.Name,
            HomeSubPath = mount.SubPath is { Length: > 0 } folder ? folder : null,
            ArchiveClaim = home.ArchiveClaim,
            Native = IsNativeKnown(await client.VersionAsync(ct)),
            RunAs = Planned(HomeUser.Of(home, live.Template)),
        };
    }

    /// <summary>The one that is there, as far as a plan tells it; null where there is none. One of the release's own is a fault.</summary>
    public static PlannedSidecar? Present(Target target, WorkloadState live)
    {
        if (SidecarParts.Of(live.Template) is not var (container, native)) return null;
        if (!SidecarParts.IsAttached(live.Template))
        {
            throw new FaultException(new(
                "NotAttached",
                $"{target.Name} has a container '{SidecarPatch.Container}' that its own release brings",
                "Change it in that release"));
        }
        var mount = HomeMount.Of(container, HomeOf(target));
        return new PlannedSidecar
        {
            Image = container.Image,
            ServiceAccount = live.Template.Spec.ServiceAccountName ?? "",
            HomeVolume = mount?.Name ?? "",
            HomeSubPath = mount?.SubPath,
            ArchiveClaim = live.Template.Spec.Volumes?.FirstOrDefault(v => v.Name == "sidecar-archives")?.PersistentVolumeClaim?.ClaimName,
            Native = native,
            RunAs = Planned(HomeUser.Of(container.SecurityContext, live.Template.Spec.SecurityContext)),
        };
    }

    /// <summary>Whether also what people need not agree to is as it is declared.</summary>
    public static bool IsApplied(Target target, PlannedSidecar sidecar, JsonObject? workload) => SidecarComparison.Holds(
        workload?["spec"]?["template"], SidecarPatch.Attach(target, sidecar).Body["spec"]!["template"]);

    public async Task<IReadOnlyList<GateVerdict>> AttachGatesAsync(
        Target target, WorkloadState live, PlannedSidecar wanted, CancellationToken ct)
    {
        var (ns, settings) = (target.Namespace, SidecarNames.Settings(target));
        var account = await client.FindAsync(Kinds.ServiceAccounts, ns, wanted.ServiceAccount, ct);
        var map = await client.FindAsync(Kinds.ConfigMaps, ns, settings, ct);
        var missing = $"set sidecar.targets.{target.Name} in the chart's values";
        List<GateVerdict> gates =
        [
            Verdict("account", account is not null, $"ServiceAccount {wanted.ServiceAccount} is not in {ns}; {missing}"),
            Verdict("settings", map is not null, $"ConfigMap {settings} is not in {ns}; {missing}"),
            UserGate(target, HomeUser.Of(HomeOf(target), live.Template)),
        ];
        if (wanted.ArchiveClaim is { } claim)
        {
            var found = await client.FindAsync(Kinds.Claims, ns, claim, ct);
            gates.Add(Verdict("archives", found is not null, $"claim {claim} is not in {ns}; {missing}"));
        }
        // One that the sidecar takes the place of: the application asks the API with it, or it would hardly have one.
        if (live.Template.Spec.ServiceAccountName is { Length: > 0 } own && own != "default" && own != wanted.ServiceAccount)
            gates.Add(Warning("token", $"the application loses its own account {own} and its token"));
        return gates;
    }

    /// <summary>What somebody else renders comes back with their next rendering.</summary>
    public static GateVerdict DetachGate(JsonObject? workload)
    {
        var managers = (workload?["metadata"]?["managedFields"] as JsonArray)?.Select(m => (string?)m?["manager"]) ?? [];
        var otherwise = "it was not attached from here; whoever renders the workload may bring it back";
        return managers.Contains(SidecarPatch.FieldManager)
            ? Verdict("attached", true, "")
            : Warning("attached", otherwise);
    }

    /// <summary>
    /// Whether a namespace lets root in is said by labels that the bot has no right to read, and by the pods that are then not made.
    /// </summary>
    private static GateVerdict UserGate(Target target, HomeUser user) => user switch
    {
        { IsRoot: true } => Warning("user", "the sidecar runs as root, as the home does: "
            + $"{target.Namespace} must allow the Pod Security level baseline, restricted refuses its pods"),
        { Source: HomeUserSource.Image } => Warning("user", "no securityContext says whose the home is; "
            + $"where it is not {Planned(user)}, set targets.{target.Name}.home.runAs in chatops.yaml"),
        _ => Verdict("user", true, ""),
    };

    private static PlannedUser Planned(HomeUser user) => new() { User = user.User, Group = user.Group, Stated = user.IsStated };

    private static GateVerdict Warning(string name, string message) => new() { Name = name, Verdict = "warn", Message = message };

    private static GateVerdict Verdict(string name, bool good, string otherwise) =>
        new() { Name = name, Verdict = good ? "pass" : "fail", Message = good ? "there" : otherwise };

    private static HomeSettings HomeOf(Target target) => target.Home ?? throw new FaultException(new(
        "NoHome", $"{target.Name} has no home in chatops.yaml that a sidecar could protect", "Declare home: with its path and claim"));

    private static bool IsNativeKnown(string version)
    {
        var parts = version.TrimStart('v').Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var minor) && (major > 1 || minor >= FirstMinorWithNative);
    }
}
