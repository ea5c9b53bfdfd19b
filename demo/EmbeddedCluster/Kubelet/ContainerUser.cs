using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Kubelet;

/// <summary>As whom a container's process runs, and what the kernel lets it do beside.</summary>
/// <param name="Capabilities">What is left of them for root; null leaves all.</param>
/// <remarks>Kubernetes documentation, "Configure a Security Context for a Pod or Container"; setpriv(1).</remarks>
internal sealed record ContainerUser(
    long User, long Group, IReadOnlyList<long> Groups, IReadOnlyList<string>? Capabilities, bool NoNewPrivileges)
{
    /// <param name="image">Whom the image runs as by itself, user and group alike.</param>
    public static ContainerUser Of(JsonObject container, JsonObject pod, long image)
    {
        long? Said(string field) => container.Number("securityContext", field) ?? pod.Number("securityContext", field);
        var user = Said("runAsUser");
        if (user is 0 or null && (user ?? image) == 0
            && (container.At("securityContext", "runAsNonRoot") is not null ? container : pod).Flag("securityContext", "runAsNonRoot"))
        {
            throw new MissingReferenceException(user is null
                ? "container has runAsNonRoot and image will run as root"
                : "container's runAsUser breaks non-root policy");
        }
        var groups = (pod.At("securityContext", "supplementalGroups") as JsonArray ?? []).Select(g => g.Number())
            .Append(pod.Number("securityContext", "fsGroup")).OfType<long>();
        var dropped = Names(container, "drop").Contains("ALL");
        return new(
            user ?? image, Said("runAsGroup") ?? (user is null ? image : 0), [.. groups], dropped ? Names(container, "add") : null,
            container.At("securityContext", "allowPrivilegeEscalation") is not null
                && !container.Flag("securityContext", "allowPrivilegeEscalation"));
    }

    /// <summary>What goes before a command so that it runs so.</summary>
    public IEnumerable<string> Command(string setpriv)
    {
        yield return setpriv;
        yield return string.Create(CultureInfo.InvariantCulture, $"--reuid={User}");
        yield return string.Create(CultureInfo.InvariantCulture, $"--regid={Group}");
        yield return Groups.Count == 0 ? "--clear-groups" : $"--groups={string.Join(',', Groups)}";
        yield return "--inh-caps=-all";
        if (Capabilities is not null)
            yield return $"--bounding-set={string.Join(',', Capabilities.Select(c => $"+{c.ToLowerInvariant()}").Prepend("-all"))}";
        if (NoNewPrivileges)
            yield return "--no-new-privs";
        yield return "--";
    }

    private static List<string> Names(JsonObject container, string list) =>
        [.. (container.At("securityContext", "capabilities", list) as JsonArray ?? []).Select(c => c.AsText() ?? "")];
}
