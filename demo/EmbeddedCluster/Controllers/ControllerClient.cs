using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Storage;
using ChatOps.Cluster.Writing;

namespace ChatOps.Cluster.Controllers;

/// <summary>What controllers see of the cluster: always the newest state, and writes through the same admission as everybody's.</summary>
internal sealed class ControllerClient(ObjectStore store, KindCatalog kinds, ObjectWriter writer, ObjectRemover remover, TimeProvider time)
{
    private static readonly WriteOptions Writing = new("kube-controller-manager");
    private static readonly WriteOptions WritingStatus = Writing with { Subresource = "status" };

    public ObjectStore Store => store;

    public KindCatalog Kinds => kinds;

    public TimeProvider Time => time;

    public DateTimeOffset Now => time.GetUtcNow();

    public JsonObject? Find(string plural, string ns, string name) => store.Find(kinds[plural].StorageKey, ns, name);

    public IReadOnlyList<JsonObject> List(string plural, string ns = "") => store.List(kinds[plural].StorageKey, ns);

    /// <summary>The objects in the owner's namespace that this owner controls.</summary>
    public List<JsonObject> Owned(string plural, JsonObject owner) =>
        [.. List(plural, owner.Namespace()).Where(one => IsControlledBy(one, owner))];

    public static bool IsControlledBy(JsonObject value, JsonObject owner) =>
        value.ItemsAt("metadata", "ownerReferences").Any(one => one.Flag("controller") && one.Text("uid") == owner.Uid());

    public static JsonObject Reference(JsonObject owner) => new()
    {
        ["apiVersion"] = owner.Text("apiVersion"),
        ["kind"] = owner.Text("kind"),
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public JsonObject Create(string plural, string ns, JsonObject value) => writer.Create(kinds[plural], ns, value, Writing);

    /// <summary>Changes the object if it is still there; nothing is written when nothing changes.</summary>
    public JsonObject? Change(string plural, string ns, string name, Action<JsonObject> change, bool status = false) =>
        Change(kinds[plural], ns, name, change, status);

    public JsonObject? Change(ResourceKind kind, string ns, string name, Action<JsonObject> change, bool status = false)
    {
        try
        {
            return writer.Update(kind, ns, name, value =>
            {
                change(value);
                return value;
            }, status ? WritingStatus : Writing);
        }
        catch (StatusException gone) when (gone.Code == 404)
        {
            return null;
        }
    }

    public JsonObject? SetStatus(string plural, JsonObject value, JsonObject status) =>
        Change(plural, value.Namespace(), value.Name(), current => current["status"] = status.DeepClone(), status: true);

    public void Delete(ResourceKind kind, JsonObject value, string propagation = "Background")
    {
        try
        {
            remover.Delete(kind, value.Namespace(), value.Name(), new DeleteRequest { Uid = value.Uid(), Propagation = propagation });
        }
        catch (StatusException gone) when (gone.Code is 404 or 409)
        {
            // It is gone, or another object has its name: what was to be deleted is no more.
        }
    }

    public void Delete(string plural, JsonObject value) => Delete(kinds[plural], value);

    /// <summary>Removes one finalizer; the object leaves the store if it was the last and the object is being deleted.</summary>
    public void RemoveFinalizer(ResourceKind kind, JsonObject value, string finalizer) =>
        Change(kind, value.Namespace(), value.Name(), current =>
        {
            var finalizers = current.ArrayAt("metadata", "finalizers");
            foreach (var one in finalizers?.Where(one => one.AsText() == finalizer).ToArray() ?? [])
                finalizers!.Remove(one);
            if (finalizers is { Count: 0 })
                current.Metadata().Remove("finalizers");
        });

    /// <summary>Records an Event that <c>kubectl describe</c> shows; an equal one within the hour only counts up.</summary>
    public void Record(JsonObject about, string type, string reason, string message, string component)
    {
        var ns = about.Namespace() is { Length: > 0 } own ? own : "default";
        var name = $"{about.Name()}.{Fnv.Hash32(about.Uid() + reason + message).ToString("x8", CultureInfo.InvariantCulture)}";
        try
        {
            if (Find("events", ns, name) is not null)
                Change("events", ns, name, old =>
                {
                    old["count"] = (old.Number("count") ?? 1) + 1;
                    old["lastTimestamp"] = Now.ToApiTime();
                });
            else
                Create("events", ns, EventOf(about, ns, name, type, reason, message, component));
        }
        catch (StatusException refused) when (refused.Code is 403 or 404)
        {
            // The namespace is going away: nobody will read its events.
        }
    }

    private JsonObject EventOf(
        JsonObject about, string ns, string name, string type, string reason, string message, string component) => new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = about.Text("apiVersion"),
                ["kind"] = about.Text("kind"),
                ["name"] = about.Name(),
                ["namespace"] = about.Namespace(),
                ["uid"] = about.Uid(),
                ["resourceVersion"] = about.Text("metadata", "resourceVersion"),
            },
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = component },
            ["reportingComponent"] = component,
            ["reportingInstance"] = "",
            ["firstTimestamp"] = Now.ToApiTime(),
            ["lastTimestamp"] = Now.ToApiTime(),
            ["count"] = 1,
        };
}
