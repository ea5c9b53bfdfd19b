using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Admission;

/// <summary>Finds the pod specification inside any kind that carries one.</summary>
internal static class Templates
{
    public static (JsonObject? Spec, string Path) PodSpec(ResourceKind kind, JsonObject value) => (kind.Group, kind.Plural) switch
    {
        ("", "pods") => (value.ObjectAt("spec"), "spec"),
        ("apps", "deployments" or "statefulsets" or "replicasets" or "daemonsets") or ("batch", "jobs") =>
            (value.ObjectAt("spec", "template", "spec"), "spec.template.spec"),
        ("batch", "cronjobs") =>
            (value.ObjectAt("spec", "jobTemplate", "spec", "template", "spec"), "spec.jobTemplate.spec.template.spec"),
        _ => (null, ""),
    };

    public static IEnumerable<JsonObject> Containers(JsonObject? podSpec) =>
        podSpec.ItemsAt("initContainers").Concat(podSpec.ItemsAt("containers"));
}
