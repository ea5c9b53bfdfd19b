using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Lists the ready pods behind every Service with a selector, as Endpoints and as an EndpointSlice.</summary>
internal sealed class EndpointsController(ControllerClient client) : IController
{
    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "/services" => [(change.Object.Namespace(), change.Object.Name())],
        "/pods" => client.List("services", change.Object.Namespace())
            .Where(service => Selects(service, change.Object) || (change.Previous is { } previous && Selects(service, previous)))
            .Select(service => (service.Namespace(), service.Name())),
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("services", ns, name) is not { } service)
        {
            if (client.Find("endpoints", ns, name) is { } left)
                client.Delete("endpoints", left);
        }
        else if (service.ObjectAt("spec", "selector") is { Count: > 0 })
            Write(service);
        return null;
    }

    private static bool Selects(JsonObject service, JsonObject pod) =>
        service.ObjectAt("spec", "selector") is { Count: > 0 } selector && LabelSelector.FromMap(selector).Matches(pod);

    private void Write(JsonObject service)
    {
        var pods = client.List("pods", service.Namespace())
            .Where(pod => Selects(service, pod) && pod.Text("status", "podIP") is not null && pod.IsActive()).ToList();
        Put("endpoints", service, service.Name(), one => one["subsets"] = Subsets(service, pods),
            labels: service.ObjectAt("metadata", "labels"));
        Put("endpointslices", service, service.Name() + "-" + Fnv.Label(service.Uid())[..5], one =>
        {
            one["addressType"] = "IPv4";
            one["endpoints"] = new JsonArray([.. pods.Select(Endpoint)]);
            one["ports"] = Ports(service, pods.FirstOrDefault());
        }, new JsonObject { ["kubernetes.io/service-name"] = service.Name() });
    }

    private void Put(string plural, JsonObject service, string name, Action<JsonObject> fill, JsonObject? labels)
    {
        if (client.Find(plural, service.Namespace(), name) is not null)
        {
            client.Change(plural, service.Namespace(), name, fill);
            return;
        }
        var owners = new JsonArray(ControllerClient.Reference(service));
        var created = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels?.Copy(), ["ownerReferences"] = owners },
        };
        fill(created);
        client.Create(plural, service.Namespace(), created);
    }

    private static JsonArray Subsets(JsonObject service, List<JsonObject> pods)
    {
        if (pods.Count == 0)
            return [];
        var subset = new JsonObject { ["ports"] = Ports(service, pods[0]) };
        var (ready, unready) = (
            pods.Where(pod => pod.IsReady()).Select(Address).ToArray(),
            pods.Where(pod => !pod.IsReady()).Select(Address).ToArray());
        if (ready.Length > 0)
            subset["addresses"] = new JsonArray(ready);
        if (unready.Length > 0)
            subset["notReadyAddresses"] = new JsonArray(unready);
        return [subset];
    }

    private static JsonNode Address(JsonObject pod) => new JsonObject
    {
        ["ip"] = pod.Text("status", "podIP"),
        ["nodeName"] = pod.Text("spec", "nodeName"),
        ["targetRef"] = Target(pod),
    };

    private static JsonNode Endpoint(JsonObject pod) => new JsonObject
    {
        ["addresses"] = new JsonArray(pod.Text("status", "podIP")),
        ["conditions"] = new JsonObject { ["ready"] = pod.IsReady(), ["serving"] = pod.IsReady(), ["terminating"] = false },
        ["nodeName"] = pod.Text("spec", "nodeName"),
        ["targetRef"] = Target(pod),
    };

    private static JsonObject Target(JsonObject pod) => new()
    {
        ["kind"] = "Pod",
        ["namespace"] = pod.Namespace(),
        ["name"] = pod.Name(),
        ["uid"] = pod.Uid(),
    };

    private static JsonArray Ports(JsonObject service, JsonObject? pod) =>
    [
        .. service.ItemsAt("spec", "ports").Select(port =>
        {
            var result = new JsonObject { ["port"] = TargetPort(port, pod), ["protocol"] = port.Text("protocol") ?? "TCP" };
            if (port.Text("name") is { } name)
                result["name"] = name;
            return (JsonNode)result;
        }),
    ];

    private static long TargetPort(JsonObject port, JsonObject? pod)
    {
        if (port.Text("targetPort") is not { } name)
            return port.Number("targetPort") ?? port.Number("port") ?? 0;
        return pod.ItemsAt("spec", "containers").SelectMany(container => container.ItemsAt("ports"))
            .FirstOrDefault(one => one.Text("name") == name).Number("containerPort") ?? port.Number("port") ?? 0;
    }
}
