using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Creates what every fresh cluster has: namespaces, service accounts, the node, the default storage class.</summary>
internal static class FirstObjects
{
    public const string NodeName = "local";
    public const string StorageClassName = "local-directories";

    public static void Create(ControllerClient client)
    {
        foreach (var ns in (string[])["default", "kube-system"])
        {
            client.Create("namespaces", "", Named(ns));
            client.Create("serviceaccounts", ns, Named("default"));
        }
        client.Create("storageclasses", "", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = StorageClassName,
                ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" },
            },
            ["provisioner"] = "chatops.ghostwire.io/local-directories",
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "Immediate",
            ["allowVolumeExpansion"] = true,
        });
        client.Create("nodes", "", Named(NodeName));
        client.Change("nodes", "", NodeName, node => node["status"] = NodeStatus(client.Now.ToApiTime()), status: true);
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject NodeStatus(string now) => new()
    {
        ["capacity"] = new JsonObject { ["cpu"] = "64", ["memory"] = "256Gi", ["pods"] = "250" },
        ["allocatable"] = new JsonObject { ["cpu"] = "64", ["memory"] = "256Gi", ["pods"] = "250" },
        ["addresses"] = new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" },
            new JsonObject { ["type"] = "Hostname", ["address"] = NodeName }),
        ["conditions"] = new JsonArray(new JsonObject
        {
            ["type"] = "Ready",
            ["status"] = "True",
            ["reason"] = "KubeletReady",
            ["message"] = "pods run as processes of this machine",
            ["lastHeartbeatTime"] = now,
            ["lastTransitionTime"] = now,
        }),
        ["nodeInfo"] = new JsonObject
        {
            ["machineID"] = "",
            ["systemUUID"] = "",
            ["bootID"] = "",
            ["kernelVersion"] = Environment.OSVersion.Version.ToString(),
            ["osImage"] = "processes on this machine",
            ["containerRuntimeVersion"] = "process://1.0",
            ["kubeletVersion"] = Api.Discovery.ServerVersion,
            ["kubeProxyVersion"] = "",
            ["operatingSystem"] = "linux",
            ["architecture"] = "amd64",
        },
    };
}
