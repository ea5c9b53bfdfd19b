using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Offers a volume to every claim that no provisioner of the cluster will serve: an API server without a storage class leaves claims
/// pending for ever, though their directory is here. Whoever binds claims there binds the two.
/// </summary>
/// <remarks>Source: Kubernetes, "Persistent Volumes", reserving a PersistentVolume with <c>claimRef</c>.</remarks>
internal sealed class LocalVolumes(IKubernetesClient client)
{
    /// <summary>Offers a directory for the claim; one that does not exist throws <see cref="MissingReferenceException"/>.</summary>
    public async Task OfferAsync(string ns, string name, string directory, CancellationToken cancellation)
    {
        var claim = await client.FindRawAsync(RawKinds.Claims, ns, name, cancellation)
            ?? throw new MissingReferenceException($"persistentvolumeclaim \"{name}\" not found");
        if (claim.Text("status", "phase") == "Bound")
            return;
        var storage = claim.Text("spec", "storageClassName") ?? "";
        if (storage.Length > 0 && await client.FindRawAsync(RawKinds.StorageClasses, null, storage, cancellation) is not null)
            return;
        try
        {
            await client.CreateAsync(RawKinds.Volumes, null, VolumeFor(claim, storage, directory), cancellation);
        }
        catch (ApiException refusal) when (refusal.AlreadyExists)
        {
            // Another container of the pod has offered it.
        }
    }

    /// <summary>Retained, so that nothing but its owner ever deletes the directory.</summary>
    private static JsonObject VolumeFor(JsonObject claim, string storage, string directory) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"pvc-{claim.Uid()}" },
        ["spec"] = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = claim.At("spec", "resources", "requests", "storage")?.DeepClone() },
            ["accessModes"] = claim.At("spec", "accessModes")?.DeepClone(),
            ["persistentVolumeReclaimPolicy"] = "Retain",
            ["storageClassName"] = storage,
            ["claimRef"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "PersistentVolumeClaim",
                ["namespace"] = claim.Namespace(),
                ["name"] = claim.Name(),
                ["uid"] = claim.Uid(),
            },
            ["hostPath"] = new JsonObject { ["path"] = directory },
        },
    };
}
