using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Selectors;

namespace ChatOps.Cluster.Tables;

/// <summary>The columns the real server prints for each built-in kind.</summary>
internal static class BuiltInColumns
{
    private static readonly Column Name = new("Name", (value, _) => value.Name(), 0, "string", "name");
    private static readonly Column Age =
        new("Age", (value, now) => HumanDuration.Since(value.Instant("metadata", "creationTimestamp"), now));
    private static readonly Column Created = new("Created At", (value, _) => value.Text("metadata", "creationTimestamp"), 0, "date");
    private static readonly Column Containers = new("Containers", (value, _) => Join(TemplateContainers(value), "name"), 1);
    private static readonly Column Images = new("Images", (value, _) => Join(TemplateContainers(value), "image"), 1);
    private static readonly Column Selector =
        new("Selector", (value, _) => LabelSelector.FromObject(value.At("spec", "selector")).ToString(), 1);

    public static IReadOnlyList<Column> For(ResourceKind kind) => kind.GroupResource switch
    {
        "pods" => Pods(),
        "deployments.apps" =>
        [
            Name, new("Ready", (value, _) => $"{value.Number("status", "readyReplicas") ?? 0}/{value.Number("spec", "replicas") ?? 0}"),
            Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"),
            Age, Containers, Images, Selector,
        ],
        "statefulsets.apps" =>
        [
            Name, new("Ready", (value, _) => $"{value.Number("status", "readyReplicas") ?? 0}/{value.Number("spec", "replicas") ?? 0}"),
            Age, Containers, Images,
        ],
        "replicasets.apps" =>
        [
            Name, Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"), Count("Ready", "status", "readyReplicas"),
            Age, Containers, Images, Selector,
        ],
        "jobs.batch" => Jobs(),
        "controllerrevisions.apps" =>
        [
            Name, new("Controller", (value, _) => Controller(value)), Count("Revision", "revision"), Age,
        ],
        "persistentvolumeclaims" => Claims(),
        "persistentvolumes" => Volumes(),
        "services" => Services(),
        "events" => Events(),
        "secrets" => [Name, Text("Type", "type"), DataCount(), Age],
        "configmaps" => [Name, DataCount(), Age],
        "leases.coordination.k8s.io" => [Name, Text("Holder", "spec", "holderIdentity"), Age],
        "namespaces" => [Name, Text("Status", "status", "phase"), Age],
        "nodes" => Nodes(),
        "serviceaccounts" => [Name, new("Secrets", (value, _) => value.ItemsAt("secrets").Count(), 0, "string"), Age],
        "endpoints" => [Name, new("Endpoints", (value, _) => Addresses(value)), Age],
        "storageclasses.storage.k8s.io" => StorageClasses(),
        "poddisruptionbudgets.policy" => Budgets(),
        "ingresses.networking.k8s.io" => Ingresses(),
        "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io" => [Name, Created],
        "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io" =>
        [
            Name, new("Role", (value, _) => $"{value.Text("roleRef", "kind")}/{value.Text("roleRef", "name")}"), Age,
        ],
        "customresourcedefinitions.apiextensions.k8s.io" => [Name, Created],
        _ => [Name, Age],
    };

    private static IReadOnlyList<Column> Pods() =>
    [
        Name, new("Ready", (value, _) => PodRow.Ready(value)), new("Status", (value, _) => PodRow.Status(value)),
        new("Restarts", (value, now) => PodRow.Restarts(value, now)), Age,
        new("IP", (value, _) => value.Text("status", "podIP") ?? "<none>", 1),
        new("Node", (value, _) => value.Text("spec", "nodeName") ?? "<none>", 1),
        new("Nominated Node", (value, _) => value.Text("status", "nominatedNodeName") ?? "<none>", 1),
        new("Readiness Gates", (_, _) => "<none>", 1),
    ];

    private static IReadOnlyList<Column> Jobs() =>
    [
        Name,
        new("Status", (value, _) => JobStatus(value)),
        new("Completions", (value, _) => $"{value.Number("status", "succeeded") ?? 0}/{value.Number("spec", "completions") ?? 1}"),
        new("Duration", (value, now) => value.Instant("status", "startTime") is { } start
            ? HumanDuration.Of((value.Instant("status", "completionTime") ?? now) - start) : ""),
        Age, Containers, Images, Selector,
    ];

    private static IReadOnlyList<Column> Claims() =>
    [
        Name, new("Status", (value, _) => value.IsDeleting() ? "Terminating" : value.Text("status", "phase")),
        Text("Volume", "spec", "volumeName"), Text("Capacity", "status", "capacity", "storage"),
        new("Access Modes", (value, _) => Modes(value.ArrayAt("status", "accessModes"))), Text("StorageClass", "spec", "storageClassName"),
        new("VolumeAttributesClass", (value, _) => value.Text("spec", "volumeAttributesClassName") ?? "<unset>"), Age,
        Text("VolumeMode", "spec", "volumeMode") with { Priority = 1 },
    ];

    private static IReadOnlyList<Column> Volumes() =>
    [
        Name, Text("Capacity", "spec", "capacity", "storage"),
        new("Access Modes", (value, _) => Modes(value.ArrayAt("spec", "accessModes"))),
        Text("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
        new("Status", (value, _) => value.IsDeleting() ? "Terminating" : value.Text("status", "phase")),
        new("Claim", (value, _) => value.ObjectAt("spec", "claimRef") is { } claim
            ? $"{claim.Text("namespace")}/{claim.Text("name")}" : ""),
        Text("StorageClass", "spec", "storageClassName"),
        new("VolumeAttributesClass", (value, _) => value.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
        Text("Reason", "status", "reason"), Age, Text("VolumeMode", "spec", "volumeMode") with { Priority = 1 },
    ];

    private static IReadOnlyList<Column> Services() =>
    [
        Name, Text("Type", "spec", "type"), new("Cluster-IP", (value, _) => value.Text("spec", "clusterIP") ?? "<none>"),
        new("External-IP", (value, _) => value.Text("spec", "externalName")
            ?? (value.Text("spec", "type") == "LoadBalancer" ? "<pending>" : "<none>")),
        new("Port(s)", (value, _) => Ports(value)), Age,
        new("Selector", (value, _) => LabelSelector.FromMap(value.ObjectAt("spec", "selector")).ToString() is { Length: > 0 } text
            ? text : "<none>", 1),
    ];

    private static IReadOnlyList<Column> Events() =>
    [
        new("Last Seen", (value, now) => HumanDuration.Since(value.Instant("lastTimestamp") ?? value.Instant("eventTime"), now)),
        Text("Type", "type"), Text("Reason", "reason"),
        new("Object", (value, _) => $"{value.Text("involvedObject", "kind")?.ToLowerInvariant()}/{value.Text("involvedObject", "name")}"),
        Text("Subobject", "involvedObject", "fieldPath") with { Priority = 1 },
        new("Source", (value, _) => value.Text("source", "component") ?? value.Text("reportingComponent"), 1),
        new("Message", (value, _) => value.Text("message")?.Trim()),
        new("First Seen", (value, now) => HumanDuration.Since(value.Instant("firstTimestamp") ?? value.Instant("eventTime"), now), 1),
        Count("Count", "count") with { Priority = 1 }, Name with { Priority = 1 },
    ];

    private static IReadOnlyList<Column> Nodes() =>
    [
        Name, new("Status", (value, _) => (IsReady(value) ? "Ready" : "NotReady")
            + (value.Flag("spec", "unschedulable") ? ",SchedulingDisabled" : "")),
        new("Roles", (_, _) => "<none>"), Age, Text("Version", "status", "nodeInfo", "kubeletVersion"),
        new("Internal-IP", (value, _) => value.ItemsAt("status", "addresses")
            .FirstOrDefault(one => one.Text("type") == "InternalIP").Text("address") ?? "<none>", 1),
        new("External-IP", (_, _) => "<none>", 1), Text("OS-Image", "status", "nodeInfo", "osImage") with { Priority = 1 },
        Text("Kernel-Version", "status", "nodeInfo", "kernelVersion") with { Priority = 1 },
        Text("Container-Runtime", "status", "nodeInfo", "containerRuntimeVersion") with { Priority = 1 },
    ];

    private static IReadOnlyList<Column> StorageClasses() =>
    [
        new("Name", (value, _) => value.Name()
            + (value.Annotation("storageclass.kubernetes.io/is-default-class") == "true" ? " (default)" : ""), 0, "string", "name"),
        Text("Provisioner", "provisioner"), Text("ReclaimPolicy", "reclaimPolicy"), Text("VolumeBindingMode", "volumeBindingMode"),
        new("AllowVolumeExpansion", (value, _) => value.Flag("allowVolumeExpansion"), 0, "boolean"), Age,
    ];

    private static IReadOnlyList<Column> Budgets() =>
    [
        Name, new("Min Available", (value, _) => Plain(value.At("spec", "minAvailable"))),
        new("Max Unavailable", (value, _) => Plain(value.At("spec", "maxUnavailable"))),
        Count("Allowed Disruptions", "status", "disruptionsAllowed"), Age,
    ];

    private static IReadOnlyList<Column> Ingresses() =>
    [
        Name, new("Class", (value, _) => value.Text("spec", "ingressClassName") ?? "<none>"),
        new("Hosts", (value, _) => string.Join(",", value.ItemsAt("spec", "rules").Select(rule => rule.Text("host") ?? "*"))),
        new("Address", (value, _) => Join(value.ItemsAt("status", "loadBalancer", "ingress"), "ip")),
        new("Ports", (value, _) => value.ItemsAt("spec", "tls").Any() ? "80, 443" : "80"), Age,
    ];

    private static Column Text(string name, params string[] path) => new(name, (value, _) => value.Text(path) ?? "");

    private static Column Count(string name, params string[] path) => new(name, (value, _) => value.Number(path) ?? 0, 0, "integer");

    private static Column DataCount() => new("Data", (value, _) =>
        (value.ObjectAt("data")?.Count ?? 0) + (value.ObjectAt("binaryData")?.Count ?? 0), 0, "integer");

    private static IEnumerable<JsonObject> TemplateContainers(JsonObject value) => value.ItemsAt("spec", "template", "spec", "containers");

    private static string Join(IEnumerable<JsonObject> values, string field) => string.Join(",", values.Select(one => one.Text(field)));

    private static string Plain(JsonNode? value) => value is null ? "N/A" : value.AsText() ?? value.ToJsonString();

    private static bool IsReady(JsonObject value) =>
        value.ItemsAt("status", "conditions").Any(one => one.Text("type") == "Ready" && one.Text("status") == "True");

    private static string JobStatus(JsonObject job)
    {
        bool Is(string type) => job.ItemsAt("status", "conditions").Any(one => one.Text("type") == type && one.Text("status") == "True");
        return Is("Complete") ? "Complete"
            : Is("Failed") ? "Failed"
            : job.IsDeleting() ? "Terminating"
            : Is("Suspended") ? "Suspended"
            : "Running";
    }

    private static string Controller(JsonObject value)
    {
        var owner = value.ItemsAt("metadata", "ownerReferences").FirstOrDefault(one => one.Flag("controller"));
        var group = owner.Text("apiVersion")?.Split('/')[0];
        return owner is null ? "<none>" : $"{owner.Text("kind")?.ToLowerInvariant()}.{group}/{owner.Text("name")}";
    }

    private static string Modes(JsonArray? modes) => string.Join(",", (modes ?? []).Select(mode => mode.AsText() switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));

    private static string Ports(JsonObject service)
    {
        var ports = service.ItemsAt("spec", "ports").Select(port =>
            port.Number("nodePort") is { } node
                ? $"{port.Number("port")}:{node}/{port.Text("protocol")}"
                : $"{port.Number("port")}/{port.Text("protocol")}");
        return string.Join(",", ports) is { Length: > 0 } text ? text : "<none>";
    }

    private static string Addresses(JsonObject endpoints)
    {
        var all = from subset in endpoints.ItemsAt("subsets")
                  from address in subset.ItemsAt("addresses")
                  from port in subset.ItemsAt("ports")
                  select $"{address.Text("ip")}:{port.Number("port")}";
        return string.Join(",", all) is { Length: > 0 } text ? text : "<none>";
    }
}
