using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Recognises who else keeps a workload as it is, from the marks that leaves on it; pure. What would set a change back at once refuses
/// it and says where to make it; what does so later is a warning.
/// </summary>
internal static class WorkloadOwner
{
    private const string Kustomize = "kustomize.toolkit.fluxcd.io", FluxHelm = "helm.toolkit.fluxcd.io";

    /// <summary>Null where nobody does.</summary>
    public static GateVerdict? Of(ObjectMeta workload) => Controller(workload) ?? Flux(workload) ?? ArgoCd(workload) ?? Helm(workload);

    /// <summary>An operator's own object: CloudNativePG, Strimzi and their like.</summary>
    private static GateVerdict? Controller(ObjectMeta workload) =>
        workload.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is { } owner
            ? Refusal($"the {owner.Kind} {owner.Name} made it and would set it back; change it there")
            : null;

    /// <remarks>Flux: "Kustomization", controlling the apply behaviour; helm-controller, drift detection.</remarks>
    private static GateVerdict? Flux(ObjectMeta workload)
    {
        if (workload.Label($"{Kustomize}/name") is { } kustomization)
        {
            var name = $"{workload.Label($"{Kustomize}/namespace")}/{kustomization}";
            return Says(workload, $"{Kustomize}/reconcile", "disabled") || Says(workload, $"{Kustomize}/ssa", "Ignore")
                ? Warning($"Flux keeps it (Kustomization {name}) and is told to leave it alone; Git does not learn of this change")
                : Refusal($"Flux keeps it (Kustomization {name}) and would set it back; change it in Git, "
                    + $"or annotate it {Kustomize}/reconcile=disabled first");
        }
        if (workload.Label($"{FluxHelm}/name") is not { } release) return null;
        var helm = $"{workload.Label($"{FluxHelm}/namespace")}/{release}";
        return Says(workload, $"{FluxHelm}/driftDetection", "disabled")
            ? Warning($"Flux keeps it (HelmRelease {helm}) and is told not to correct it; its next upgrade sets it back")
            : Refusal($"Flux keeps it (HelmRelease {helm}) and would set it back; change the values there, "
                + $"or annotate it {FluxHelm}/driftDetection=disabled first");
    }

    /// <remarks>
    /// Argo CD: "Resource Tracking". The mark names the object it was put on: one that was copied along from elsewhere says nothing.
    /// </remarks>
    private static GateVerdict? ArgoCd(ObjectMeta workload)
    {
        if (workload.Annotation("argocd.argoproj.io/tracking-id")?.Split(':', 2) is [{ Length: > 0 } application, var of]
            && of.EndsWith($":{workload.Namespace}/{workload.Name}", StringComparison.Ordinal))
        {
            return ByArgoCd(application);
        }
        return workload.Label("argocd.argoproj.io/instance") is { } instance ? ByArgoCd(instance) : null;
    }

    private static GateVerdict ByArgoCd(string application) => Refusal(
        $"Argo CD keeps it (Application {application}) and would set it back; change it in Git, "
            + $"or roll back with: argocd app rollback {application}");

    /// <remarks>Helm: "Labels and Annotations" and the marks by which it adopts objects.</remarks>
    private static GateVerdict? Helm(ObjectMeta workload) =>
        workload.Label("app.kubernetes.io/managed-by") == "Helm" && workload.Annotation("meta.helm.sh/release-name") is { } release
            ? Warning($"Helm keeps it (release {release}): the next upgrade brings the version of its values")
            : null;

    private static bool Says(ObjectMeta workload, string key, string value) =>
        string.Equals(workload.Annotation(key) ?? workload.Label(key), value, StringComparison.OrdinalIgnoreCase);

    private static GateVerdict Refusal(string message) => new() { Name = "owner", Verdict = "fail", Message = message };

    private static GateVerdict Warning(string message) => new() { Name = "owner", Verdict = "warn", Message = message };
}
