using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Settings;

namespace ChatOps.Bot.Settings;

/// <summary>
/// Reads what is said of the pods that the sidecar's program runs in. What the API server would drop or refuse only when it matters is
/// refused here.
/// </summary>
internal static class SidecarPodReader
{
    /// <summary>Of a container's securityContext, but for its user (Kubernetes API reference, "SecurityContext v1 core").</summary>
    private static readonly IReadOnlyList<string> Flags = ["allowPrivilegeEscalation", "privileged", "readOnlyRootFilesystem"],
        Mappings = ["appArmorProfile", "capabilities", "seLinuxOptions", "seccompProfile"];

    public static RunAs ReadRunAs(Section runAs)
    {
        _ = runAs.Required("user");
        var user = runAs.Number("user", 0, least: 0);
        var read = new RunAs(user, runAs.Number("group", user, least: 0));
        runAs.RefuseUnknown();
        return read;
    }

    public static SidecarPodSettings Read(Section sidecar)
    {
        var read = new SidecarPodSettings
        {
            Resources = sidecar.Has("resources") ? ReadResources(sidecar.Map("resources")) : null,
            SecurityContext = sidecar.Object("securityContext"),
            ImagePullSecrets = sidecar.Texts("imagePullSecrets"),
        };
        foreach (var (name, value) in read.SecurityContext ?? []) CheckSecurity(sidecar, name, value);
        sidecar.RefuseUnknown();
        return read;
    }

    private static JsonObject ReadResources(Section resources)
    {
        var read = new JsonObject();
        foreach (var list in (string[])["requests", "limits"])
        {
            var amounts = new JsonObject();
            foreach (var (name, amount) in Amounts(resources, list)) amounts[name] = amount;
            if (amounts.Count > 0) read[list] = amounts;
        }
        resources.RefuseUnknown();
        return read;
    }

    private static IEnumerable<(string Name, string Amount)> Amounts(Section resources, string list)
    {
        foreach (var (name, value) in resources.Object(list) ?? [])
        {
            // A plain number is a quantity too.
            var amount = value is JsonValue ? value.ToString() : "";
            if (!Quantity.TryParse(amount, out _))
                resources.Fault(list, $"{name}: '{amount}' is no quantity; write it as 100m, 0.5 or 256Mi");
            yield return (name, amount);
        }
    }

    private static void CheckSecurity(Section sidecar, string name, JsonNode? value)
    {
        const string Context = "securityContext";
        if (name.StartsWith("runAs", StringComparison.Ordinal))
            sidecar.Fault(Context, $"{name}: the user is said as runAs of the home");
        else if (Flags.Contains(name) && value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            sidecar.Fault(Context, $"{name}: '{value}' is neither true nor false");
        else if (Mappings.Contains(name) && value is not JsonObject)
            sidecar.Fault(Context, $"{name}: must be a mapping of names to values");
        else if (!Flags.Contains(name) && !Mappings.Contains(name))
            sidecar.Fault(Context, $"'{name}' is not known here; known: {string.Join(", ", Flags.Concat(Mappings).Order())}");
    }
}
