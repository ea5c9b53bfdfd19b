using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Kinds;

/// <summary>The one list of kinds that exist before any custom resource definition is created.</summary>
internal static class BuiltInKinds
{
    public static IReadOnlyList<ResourceKind> All(ShapeCatalog shapes) =>
    [
        Core("pods", "Pod", "po") with { HasStatus = true, Categories = ["all"], Schema = shapes["Pod"] },
        Core("services", "Service", "svc") with { HasStatus = true, Categories = ["all"], Schema = shapes["Service"] },
        Core("endpoints", "Endpoints", "ep") with { Singular = "endpoints", ListKind = "EndpointsList", Schema = shapes["Endpoints"] },
        Core("configmaps", "ConfigMap", "cm") with { Schema = shapes["ConfigMap"] },
        Core("secrets", "Secret") with { Schema = shapes["Secret"] },
        Core("persistentvolumeclaims", "PersistentVolumeClaim", "pvc") with { HasStatus = true, Schema = shapes["PersistentVolumeClaim"] },
        Core("persistentvolumes", "PersistentVolume", "pv")
            with { Namespaced = false, HasStatus = true, Schema = shapes["PersistentVolume"] },
        Core("events", "Event", "ev") with { Schema = shapes["Event"] },
        Core("namespaces", "Namespace", "ns") with { Namespaced = false, HasStatus = true, Schema = shapes["Namespace"] },
        Core("nodes", "Node", "no") with { Namespaced = false, HasStatus = true, Schema = shapes["Node"] },
        Core("serviceaccounts", "ServiceAccount", "sa") with { Schema = shapes["ServiceAccount"] },
        Core("resourcequotas", "ResourceQuota", "quota") with { HasStatus = true, Schema = shapes["ResourceQuota"] },
        Core("limitranges", "LimitRange", "limits") with { Schema = shapes["LimitRange"] },
        Core("podtemplates", "PodTemplate") with { Schema = shapes["PodTemplate"] },
        Workload("deployments", "Deployment", shapes, "deploy"),
        Workload("statefulsets", "StatefulSet", shapes, "sts"),
        Workload("replicasets", "ReplicaSet", shapes, "rs"),
        Workload("daemonsets", "DaemonSet", shapes, "ds") with { HasScale = false },
        Of("apps", "v1", "controllerrevisions", "ControllerRevision", shapes),
        Of("batch", "v1", "jobs", "Job", shapes) with { HasStatus = true, Categories = ["all"] },
        Of("batch", "v1", "cronjobs", "CronJob", shapes) with { HasStatus = true, Categories = ["all"], ShortNames = ["cj"] },
        Of("coordination.k8s.io", "v1", "leases", "Lease", shapes),
        Of("storage.k8s.io", "v1", "storageclasses", "StorageClass", shapes) with { Namespaced = false, ShortNames = ["sc"] },
        Of("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", shapes) with { HasStatus = true, ShortNames = ["pdb"] },
        Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", shapes),
        Of("networking.k8s.io", "v1", "ingresses", "Ingress", shapes) with { HasStatus = true, ShortNames = ["ing"] },
        Of("networking.k8s.io", "v1", "ingressclasses", "IngressClass", shapes) with { Namespaced = false },
        Of("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", shapes) with { ShortNames = ["netpol"] },
        Of("rbac.authorization.k8s.io", "v1", "roles", "Role", shapes),
        Of("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", shapes),
        Of("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", shapes) with { Namespaced = false },
        Of("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", shapes) with { Namespaced = false },
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false)
        {
            HasStatus = true, ShortNames = ["crd", "crds"],
        },
    ];

    private static ResourceKind Core(string plural, string kind, params string[] shortNames) =>
        new("", "v1", plural, kind, true) { ShortNames = shortNames };

    private static ResourceKind Workload(string plural, string kind, ShapeCatalog shapes, string shortName) =>
        Of("apps", "v1", plural, kind, shapes) with { HasStatus = true, HasScale = true, ShortNames = [shortName], Categories = ["all"] };

    private static ResourceKind Of(string group, string version, string plural, string kind, ShapeCatalog shapes) =>
        new(group, version, plural, kind, true) { Schema = shapes[kind] };
}
