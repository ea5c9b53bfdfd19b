using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Snapshots;

/// <summary>Asks the sidecar of a target for a snapshot. Its name derives from the invocation: a delivery repeated makes no second one.</summary>
internal sealed class SnapshotRequests(IKubernetesClient client, TimeProvider time)
{
    public async Task CreateAsync(Target target, string requestedBy, string invocationId, MessageReference message, CancellationToken ct)
    {
        if (target.Home is null)
            throw new FaultException(new("NoHome", $"{target.Name} has no data in the care of a sidecar", "Declare home: for this target in chatops.yaml"));
        try
        {
            await client.CreateAsync(ChatOpsKinds.Snapshots, target.Namespace, Body(target, requestedBy, invocationId, message), ct);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // The same wish, delivered twice.
        }
    }

    private JsonObject Body(Target target, string requestedBy, string invocationId, MessageReference message) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = Name(target.Name, invocationId),
            ["labels"] = new JsonObject { [ChatOpsKinds.TargetLabel] = target.Name },
            ["annotations"] = new JsonObject
            {
                [ChatOpsKinds.InvocationAnnotation] = invocationId,
                [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation([message]),
            },
        },
        ["spec"] = new JsonObject { ["target"] = target.Name, ["reason"] = "manual", ["requestedBy"] = requestedBy },
    };

    private string Name(string target, string invocationId)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(invocationId)))[..6];
        var day = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return $"{target}-{day}-{digest}";
    }
}
