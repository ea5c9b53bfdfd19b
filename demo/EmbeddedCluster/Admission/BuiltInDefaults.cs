using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Admission;

/// <summary>Fills in the defaults of built-in kinds that depend on other fields; plain ones stand in <c>shapes.txt</c>.</summary>
internal static class BuiltInDefaults
{
    public static void Apply(ResourceKind kind, JsonObject value)
    {
        if (kind.IsCustom)
            return;
        ApplyPodSpec(Templates.PodSpec(kind, value).Spec);
        switch (kind.Plural)
        {
            case "pods":
                ApplyPod(value);
                break;
            case "deployments":
                RollingUpdate(value.ObjectAt("spec", "strategy"), ("maxSurge", "25%"), ("maxUnavailable", "25%"));
                break;
            case "statefulsets":
                RollingUpdate(value.ObjectAt("spec", "updateStrategy"), ("partition", 0));
                break;
            case "jobs":
                ApplyJob(value);
                break;
            case "secrets":
                ApplySecret(value);
                break;
            case "services":
                ApplyService(value);
                break;
            case "namespaces":
                value.Metadata().Child("labels")["kubernetes.io/metadata.name"] ??= value.Name();
                break;
        }
    }

    private static void ApplyPodSpec(JsonObject? spec)
    {
        foreach (var container in Templates.Containers(spec))
        {
            var image = container.Text("image") ?? "";
            var tagged = image[(image.LastIndexOf('/') + 1)..];
            container["imagePullPolicy"] ??=
                !tagged.Contains('@') && (!tagged.Contains(':') || tagged.EndsWith(":latest", StringComparison.Ordinal))
                    ? "Always"
                    : "IfNotPresent";
        }
    }

    private static void ApplyPod(JsonObject pod)
    {
        if (pod.ObjectAt("spec") is not { } spec)
            return;
        spec["enableServiceLinks"] ??= true;
        spec["serviceAccountName"] ??= "default";
        spec["serviceAccount"] ??= spec["serviceAccountName"]!.DeepClone();
        foreach (var resources in Templates.Containers(spec).Select(container => container.ObjectAt("resources")).OfType<JsonObject>())
            foreach (var (name, limit) in resources.ObjectAt("limits") ?? [])
                resources.Child("requests")[name] ??= limit?.DeepClone();
    }

    private static void RollingUpdate(JsonObject? strategy, params ReadOnlySpan<(string Name, JsonNode Value)> defaults)
    {
        if (strategy.Text("type") != "RollingUpdate")
            return;
        var rolling = strategy!.Child("rollingUpdate");
        foreach (var (name, value) in defaults)
            rolling[name] ??= value;
    }

    private static void ApplyJob(JsonObject job)
    {
        if (job.ObjectAt("spec") is not { } spec)
            return;
        if (spec["completions"] is null && spec["parallelism"] is null)
            spec["completions"] = 1;
        spec["parallelism"] ??= 1;
    }

    /// <summary><c>stringData</c> is write only: it becomes base64 in <c>data</c>.</summary>
    private static void ApplySecret(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject texts)
            return;
        var data = secret.Child("data");
        foreach (var (name, text) in texts)
            data[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.AsText() ?? ""));
        secret.Remove("stringData");
    }

    private static void ApplyService(JsonObject service)
    {
        if (service.ObjectAt("spec") is not { } spec)
            return;
        foreach (var port in spec.ItemsAt("ports"))
            port["targetPort"] ??= port["port"]?.DeepClone();
        if (spec.Text("type") == "ExternalName")
            return;
        spec["clusterIP"] ??= AddressFor(service);
        spec["clusterIPs"] ??= new JsonArray(spec["clusterIP"]!.DeepClone());
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec["ipFamilyPolicy"] ??= "SingleStack";
    }

    /// <summary>An address of the service range 10.96.0.0/16 that depends on the name alone, so that a restart gives the same.</summary>
    private static string AddressFor(JsonObject service)
    {
        var hash = Fnv.Hash32($"{service.Namespace()}/{service.Name()}");
        return string.Create(CultureInfo.InvariantCulture, $"10.96.{(hash >> 8) & 0xff}.{Math.Max(2, hash & 0xff)}");
    }
}
