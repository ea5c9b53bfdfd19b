using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Gives every claim a volume of its own, grows it on request, and keeps a claim in use until its pods are gone.</summary>
internal sealed class ClaimController(ControllerClient client, string volumesRoot) : IController
{
    private const string ClaimProtection = "kubernetes.io/pvc-protection";
    private const string VolumeProtection = "kubernetes.io/pv-protection";
    private const string BindCompleted = "pv.kubernetes.io/bind-completed";

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "/persistentvolumeclaims" =>
            [(change.Object.Namespace(), change.Object.Name()), ("", change.Object.Text("spec", "volumeName") ?? "")],
        "/persistentvolumes" => [("", change.Object.Name())],
        "/pods" when change.Type == ChangeType.Deleted || change.Object.HasEnded() => ClaimsOf(change.Object),
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (ns.Length == 0)
            SyncVolume(name);
        else if (client.Find("persistentvolumeclaims", ns, name) is { } claim)
            SyncClaim(claim);
        return null;
    }

    private static IEnumerable<(string, string)> ClaimsOf(JsonObject pod) =>
        pod.ItemsAt("spec", "volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>()
            .Select(claim => (pod.Namespace(), claim));

    private void SyncClaim(JsonObject claim)
    {
        if (claim.IsDeleting())
        {
            var inUse = client.List("pods", claim.Namespace())
                .Any(pod => !pod.HasEnded() && ClaimsOf(pod).Any(one => one.Item2 == claim.Name()));
            if (!inUse)
                client.RemoveFinalizer(client.Kinds["persistentvolumeclaims"], claim, ClaimProtection);
        }
        else if (claim.Text("status", "phase") != "Bound")
            Bind(claim);
        else
            Grow(claim);
    }

    private void Bind(JsonObject claim)
    {
        var volume = VolumeFor(claim);
        if (volume is null)
            return;
        client.Change("persistentvolumeclaims", claim.Namespace(), claim.Name(), one =>
        {
            one.Child("spec")["volumeName"] = volume.Name();
            one.Metadata().Child("annotations")[BindCompleted] = "yes";
        });
        client.Change(
            "persistentvolumeclaims", claim.Namespace(), claim.Name(), one => one["status"] = BoundStatus(claim, volume), status: true);
        client.Change("persistentvolumes", "", volume.Name(), one => one["status"] = new JsonObject { ["phase"] = "Bound" }, status: true);
        client.Record(
            claim, "Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {volume.Name()}", "persistentvolume-controller");
    }

    private static JsonObject BoundStatus(JsonObject claim, JsonObject volume) => new()
    {
        ["phase"] = "Bound",
        ["accessModes"] = claim.At("spec", "accessModes")?.DeepClone(),
        ["capacity"] = volume.At("spec", "capacity")?.DeepClone(),
    };

    /// <summary>The volume the claim names, or a new one where its class is ours to provision; null while neither can be had.</summary>
    private JsonObject? VolumeFor(JsonObject claim)
    {
        if (claim.Text("spec", "volumeName") is { Length: > 0 } named)
            return client.Find("persistentvolumes", "", named);
        var existing = client.List("persistentvolumes").FirstOrDefault(one => one.Text("spec", "claimRef", "uid") == claim.Uid());
        if (existing is not null)
            return existing;
        return claim.Text("spec", "storageClassName") is { Length: > 0 } name && client.Find("storageclasses", "", name) is { } storage
            ? client.Create("persistentvolumes", "", NewVolume(claim, storage))
            : null;
    }

    private JsonObject NewVolume(JsonObject claim, JsonObject storage) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = $"pvc-{claim.Uid()}",
            ["annotations"] = new JsonObject { ["pv.kubernetes.io/provisioned-by"] = storage.Text("provisioner") },
        },
        ["spec"] = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = claim.At("spec", "resources", "requests", "storage")?.DeepClone() },
            ["accessModes"] = claim.At("spec", "accessModes")?.DeepClone(),
            ["persistentVolumeReclaimPolicy"] = storage.Text("reclaimPolicy") ?? "Delete",
            ["storageClassName"] = storage.Name(),
            ["claimRef"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "PersistentVolumeClaim",
                ["namespace"] = claim.Namespace(),
                ["name"] = claim.Name(),
                ["uid"] = claim.Uid(),
            },
            ["local"] = new JsonObject { ["path"] = Path.Combine(volumesRoot, claim.Namespace(), claim.Name()) },
        },
    };

    /// <summary>A directory has room for any size, so a larger request is granted at once.</summary>
    private void Grow(JsonObject claim)
    {
        var (wanted, has) = (claim.At("spec", "resources", "requests", "storage"), claim.At("status", "capacity", "storage"));
        if (JsonReading.Same(wanted, has) || wanted is null)
            return;
        client.Change("persistentvolumes", "", claim.Text("spec", "volumeName") ?? "", one =>
            one.Child("spec").Child("capacity")["storage"] = wanted.DeepClone());
        client.Change("persistentvolumeclaims", claim.Namespace(), claim.Name(), one =>
            one.Child("status").Child("capacity")["storage"] = wanted.DeepClone(), status: true);
    }

    private void SyncVolume(string name)
    {
        if (client.Find("persistentvolumes", "", name) is not { } volume)
            return;
        var claim = volume.ObjectAt("spec", "claimRef") is { } reference
            ? client.Find("persistentvolumeclaims", reference.Text("namespace") ?? "", reference.Text("name") ?? "")
            : null;
        var lost = volume.At("spec", "claimRef") is not null && claim?.Uid() != volume.Text("spec", "claimRef", "uid");
        if (lost && volume.Text("spec", "persistentVolumeReclaimPolicy") == "Delete" && !volume.IsDeleting())
            client.Delete("persistentvolumes", volume);
        else if (volume.IsDeleting() && claim is null)
            client.RemoveFinalizer(client.Kinds["persistentvolumes"], volume, VolumeProtection);
        else if (lost || volume.Text("status", "phase") == "Pending" && claim is null)
            client.Change(
                "persistentvolumes", "", name,
                one => one["status"] = new JsonObject { ["phase"] = lost ? "Released" : "Available" }, status: true);
    }
}
