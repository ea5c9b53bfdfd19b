using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Names, makes and recognises the pods and claims of a StatefulSet by ordinal.</summary>
internal sealed class StatefulSetPods(ControllerClient client)
{
    private const string Component = "statefulset-controller";

    public static int? Ordinal(JsonObject set, JsonObject pod)
    {
        var (prefix, name) = (set.Name() + "-", pod.Name());
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : null;
    }

    public void Create(JsonObject set, int ordinal, JsonObject revision)
    {
        EnsureClaims(set, ordinal);
        var name = PodName(set, ordinal);
        var pod = Revisions.TemplateOf(revision);
        var metadata = pod.Metadata();
        metadata["name"] = name;
        metadata["namespace"] = set.Namespace();
        metadata["generateName"] = set.Name() + "-";
        metadata["ownerReferences"] = new JsonArray(ControllerClient.Reference(set));
        var labels = metadata.Child("labels");
        labels[Revisions.HashLabel] = revision.Name();
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
        var spec = pod.Child("spec");
        spec["hostname"] = name;
        spec["subdomain"] = set.Text("spec", "serviceName");
        MountClaims(set, ordinal, spec);
        client.Create("pods", set.Namespace(), pod);
        client.Record(set, "Normal", "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Name()} successful", Component);
    }

    public void Delete(JsonObject set, JsonObject pod)
    {
        client.Delete("pods", pod);
        client.Record(set, "Normal", "SuccessfulDelete", $"delete Pod {pod.Name()} in StatefulSet {set.Name()} successful", Component);
    }

    public void EnsureClaims(JsonObject set, int ordinal)
    {
        foreach (var template in set.ItemsAt("spec", "volumeClaimTemplates"))
        {
            var name = ClaimName(set, template, ordinal);
            if (client.Find("persistentvolumeclaims", set.Namespace(), name) is not null)
                continue;
            var claim = template.Copy();
            claim.Remove("status");
            claim.Metadata()["name"] = name;
            claim.Metadata()["namespace"] = set.Namespace();
            var labels = claim.Metadata().Child("labels");
            foreach (var (key, value) in set.ObjectAt("spec", "selector", "matchLabels") ?? [])
                labels[key] = value?.DeepClone();
            client.Create("persistentvolumeclaims", set.Namespace(), claim);
            client.Record(set, "Normal", "SuccessfulCreate",
                $"create Claim {name} Pod {PodName(set, ordinal)} in StatefulSet {set.Name()} success", Component);
        }
    }

    private static void MountClaims(JsonObject set, int ordinal, JsonObject spec)
    {
        var templates = set.ItemsAt("spec", "volumeClaimTemplates").ToList();
        var names = templates.Select(one => one.Name()).ToHashSet();
        var volumes = spec.ItemsAt("volumes").Where(volume => !names.Contains(volume.Text("name") ?? ""))
            .Select(volume => (JsonNode)volume.Copy());
        var claims = templates.Select(template => (JsonNode)new JsonObject
        {
            ["name"] = template.Name(),
            ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = ClaimName(set, template, ordinal) },
        });
        spec["volumes"] = new JsonArray([.. claims, .. volumes]);
    }

    private static string PodName(JsonObject set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set.Name()}-{ordinal}");

    private static string ClaimName(JsonObject set, JsonObject template, int ordinal) => $"{template.Name()}-{PodName(set, ordinal)}";
}
