using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Deletes what has lost its last owner, and carries out foreground and orphaning deletes.</summary>
/// <remarks>
/// Kubernetes documentation, "Garbage Collection". The key is (kind and namespace, name), since every kind can own and be owned.
/// </remarks>
internal sealed class GarbageCollector(ControllerClient client) : IController
{
    private const char Between = '|';

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change)
    {
        var value = change.Object;
        if (change.Type == ChangeType.Deleted)
            return Dependents(value).Concat(Owners(value));
        if (value.IsDeleting() && value.ArrayAt("metadata", "finalizers") is { Count: > 0 })
            return [Key(change.Resource, value), .. Dependents(value)];
        return change.Type == ChangeType.Added && value.ArrayAt("metadata", "ownerReferences") is { Count: > 0 }
            ? [Key(change.Resource, value)]
            : [];
    }

    public TimeSpan? Sync(string ns, string name)
    {
        var (resource, inside) = (ns[..ns.IndexOf(Between)], ns[(ns.IndexOf(Between) + 1)..]);
        if (client.Kinds.OfStorageKey(resource) is not { } kind || client.Store.Find(resource, inside, name) is not { } value)
            return null;
        if (value.IsDeleting())
            FinishDeletion(kind, value);
        else if (HasLostOwners(value))
            client.Delete(kind, value);
        return null;
    }

    private void FinishDeletion(ResourceKind kind, JsonObject value)
    {
        if (HasFinalizer(value, "orphan"))
        {
            foreach (var (resource, dependent) in AllDependents(value))
                client.Change(resource, dependent.Namespace(), dependent.Name(), one => Disown(one, value));
            client.RemoveFinalizer(kind, value, "orphan");
        }
        else if (HasFinalizer(value, "foregroundDeletion"))
        {
            var blocking = AllDependents(value).ToList();
            foreach (var (resource, dependent) in blocking.Where(one => !one.Value.IsDeleting()))
                client.Delete(resource, dependent, "Foreground");
            if (!AllDependents(value).Any(one => Blocks(one.Value, value)))
                client.RemoveFinalizer(kind, value, "foregroundDeletion");
        }
    }

    private static bool Blocks(JsonObject dependent, JsonObject owner) =>
        dependent.ItemsAt("metadata", "ownerReferences").Any(one => one.Text("uid") == owner.Uid() && one.Flag("blockOwnerDeletion"));

    private static void Disown(JsonObject dependent, JsonObject owner)
    {
        var references = dependent.ArrayAt("metadata", "ownerReferences");
        foreach (var one in references?.Where(one => one.Text("uid") == owner.Uid()).ToArray() ?? [])
            references!.Remove(one);
        if (references is { Count: 0 })
            dependent.Metadata().Remove("ownerReferences");
    }

    private bool HasLostOwners(JsonObject value)
    {
        var references = value.ItemsAt("metadata", "ownerReferences").ToList();
        return references.Count > 0 && references.TrueForAll(reference => !Exists(value, reference));
    }

    private bool Exists(JsonObject value, JsonObject reference)
    {
        if (client.Kinds.OfKind(reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "") is not { } kind)
            return true; // a kind we do not know may be served again: never delete on a guess
        var owner = client.Store.Find(kind.StorageKey, kind.Namespaced ? value.Namespace() : "", reference.Text("name") ?? "");
        return owner is not null && owner.Uid() == reference.Text("uid");
    }

    private IEnumerable<(string, string)> Dependents(JsonObject owner) =>
        AllDependents(owner).Select(one => Key(one.Kind.StorageKey, one.Value));

    private IEnumerable<(string, string)> Owners(JsonObject value) => value.ItemsAt("metadata", "ownerReferences")
        .Select(one => (Kind: client.Kinds.OfKind(one.Text("apiVersion") ?? "", one.Text("kind") ?? ""), Name: one.Text("name") ?? ""))
        .Where(one => one.Kind is not null)
        .Select(one => ($"{one.Kind!.StorageKey}{Between}{(one.Kind.Namespaced ? value.Namespace() : "")}", one.Name));

    private IEnumerable<(ResourceKind Kind, JsonObject Value)> AllDependents(JsonObject owner) =>
        from change in client.Store.Snapshot()
        where change.Object.ItemsAt("metadata", "ownerReferences").Any(one => one.Text("uid") == owner.Uid())
        let kind = client.Kinds.OfStorageKey(change.Resource)
        where kind is not null
        select (kind, change.Object);

    private static bool HasFinalizer(JsonObject value, string finalizer) =>
        (value.ArrayAt("metadata", "finalizers") ?? []).Any(one => one.AsText() == finalizer);

    private static (string, string) Key(string resource, JsonObject value) => ($"{resource}{Between}{value.Namespace()}", value.Name());
}
