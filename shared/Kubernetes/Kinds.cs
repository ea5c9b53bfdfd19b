namespace ChatOps.Kubernetes;

/// <summary>The built-in kinds this product reads; an explicit list.</summary>
public static class Kinds
{
    public static readonly ResourceKind<Pod> Pods = new("", "v1", "pods", "Pod", KubernetesJson.Default.Pod);

    public static readonly ResourceKind<Event> Events = new("", "v1", "events", "Event", KubernetesJson.Default.Event);

    public static readonly ResourceKind<DataResource> ConfigMaps =
        new("", "v1", "configmaps", "ConfigMap", KubernetesJson.Default.DataResource);

    public static readonly ResourceKind<DataResource> ServiceAccounts =
        new("", "v1", "serviceaccounts", "ServiceAccount", KubernetesJson.Default.DataResource);

    public static readonly ResourceKind<DataResource> Secrets = new("", "v1", "secrets", "Secret", KubernetesJson.Default.DataResource);

    public static readonly ResourceKind<DataResource> Namespaces =
        new("", "v1", "namespaces", "Namespace", KubernetesJson.Default.DataResource, Namespaced: false);

    public static readonly ResourceKind<PersistentVolumeClaim> Claims =
        new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", KubernetesJson.Default.PersistentVolumeClaim);

    public static readonly ResourceKind<PersistentVolume> Volumes =
        new("", "v1", "persistentvolumes", "PersistentVolume", KubernetesJson.Default.PersistentVolume, Namespaced: false);

    public static readonly ResourceKind<StatefulSet> StatefulSets =
        new("apps", "v1", "statefulsets", "StatefulSet", KubernetesJson.Default.StatefulSet);

    public static readonly ResourceKind<Deployment> Deployments =
        new("apps", "v1", "deployments", "Deployment", KubernetesJson.Default.Deployment);

    public static readonly ResourceKind<ReplicaSet> ReplicaSets =
        new("apps", "v1", "replicasets", "ReplicaSet", KubernetesJson.Default.ReplicaSet);

    public static readonly ResourceKind<ControllerRevision> ControllerRevisions =
        new("apps", "v1", "controllerrevisions", "ControllerRevision", KubernetesJson.Default.ControllerRevision);

    public static readonly ResourceKind<Job> Jobs = new("batch", "v1", "jobs", "Job", KubernetesJson.Default.Job);

    public static readonly ResourceKind<Lease> Leases = new("coordination.k8s.io", "v1", "leases", "Lease", KubernetesJson.Default.Lease);
}
