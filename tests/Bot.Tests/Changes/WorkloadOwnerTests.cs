using ChatOps.Bot.Changes;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>The marks that owners leave on a workload, as they really look.</summary>
public sealed class WorkloadOwnerTests
{
    private const string Kustomization = "kustomize.toolkit.fluxcd.io/name=apps kustomize.toolkit.fluxcd.io/namespace=flux-system";
    private const string HelmRelease = "helm.toolkit.fluxcd.io/name=shop helm.toolkit.fluxcd.io/namespace=shop";
    private const string Tracked = "argocd.argoproj.io/tracking-id=shop:apps/Deployment:prod/shop";

    /// <summary>Labels, annotations, the verdict, and words of it.</summary>
    public static TheoryData<string, string, string?, string> Marks => new()
    {
        { "", "", null, "" },
        { "app.kubernetes.io/managed-by=Helm", "meta.helm.sh/release-name=shop", "warn", "Helm keeps it (release shop)" },
        // Rendered by Helm and applied by something else, or labelled by hand.
        { "app.kubernetes.io/managed-by=Helm", "", null, "" },
        { Kustomization, "", "fail", "Kustomization flux-system/apps) and would set it back; change it in Git" },
        { Kustomization, "kustomize.toolkit.fluxcd.io/reconcile=disabled", "warn", "Git does not learn" },
        { $"{Kustomization} kustomize.toolkit.fluxcd.io/reconcile=Disabled", "", "warn", "Git does not learn" },
        { Kustomization, "kustomize.toolkit.fluxcd.io/ssa=Ignore", "warn", "Git does not learn" },
        { Kustomization, "kustomize.toolkit.fluxcd.io/ssa=Merge", "fail", "would set it back" },
        { HelmRelease, "", "fail", "HelmRelease shop/shop) and would set it back; change the values there" },
        { HelmRelease, "helm.toolkit.fluxcd.io/driftDetection=disabled", "warn", "its next upgrade sets it back" },
        // Flux marks what Helm marks too: the one who would set it back at once decides.
        { $"{HelmRelease} app.kubernetes.io/managed-by=Helm", "meta.helm.sh/release-name=shop", "fail", "HelmRelease" },
        { "", Tracked, "fail", "Argo CD keeps it (Application shop)" },
        { "", "argocd.argoproj.io/tracking-id=shop:apps/Deployment:stage/shop", null, "" },
        { "", "argocd.argoproj.io/tracking-id=nonsense", null, "" },
        { "argocd.argoproj.io/instance=shop", "", "fail", "argocd app rollback shop" },
        { "app.kubernetes.io/instance=shop", "", null, "" },
    };

    [Theory]
    [MemberData(nameof(Marks))]
    public void An_owner_is_known_by_its_marks(string labels, string annotations, string? verdict, string words)
    {
        var gate = WorkloadOwner.Of(new ObjectMeta
        {
            Name = "shop",
            Namespace = "prod",
            Labels = Pairs(labels),
            Annotations = Pairs(annotations),
        });
        Assert.Equal(verdict, gate?.Verdict);
        Assert.Contains(words, gate?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_operator_made_is_changed_at_the_operators_object()
    {
        OwnerReference[] owners =
        [
            new() { Kind = "ConfigMap", Name = "parent" },
            new() { ApiVersion = "postgresql.cnpg.io/v1", Kind = "Cluster", Name = "db", Controller = true },
        ];
        Assert.Null(WorkloadOwner.Of(new ObjectMeta { Name = "db-1", OwnerReferences = owners[..1] }));
        var gate = WorkloadOwner.Of(new ObjectMeta { Name = "db-1", OwnerReferences = owners })!;
        Assert.Equal(("fail", "the Cluster db made it and would set it back; change it there"), (gate.Verdict, gate.Message));
    }

    private static Dictionary<string, string> Pairs(string pairs) =>
        pairs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
}
