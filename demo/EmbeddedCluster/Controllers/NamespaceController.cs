using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>
/// Empties a namespace that is being deleted, then lets it go; gives a new one its default service account and the ConfigMap that pods with
/// a projected token mount beside it.
/// </summary>
internal sealed class NamespaceController(ControllerClient client) : IController
{
    private const string RootCertificates = "kube-root-ca.crt";

    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change)
    {
        if (change.Resource == "/namespaces")
            return change.Type == ChangeType.Deleted ? [] : [("", change.Object.Name())];
        return change.Type == ChangeType.Deleted && change.Object.Namespace() is { Length: > 0 } ns ? [("", ns)] : [];
    }

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("namespaces", "", name) is not { } found)
            return null;
        if (!found.IsDeleting())
        {
            if (client.Find("serviceaccounts", name, "default") is null)
                client.Create("serviceaccounts", name, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
            if (client.Find("configmaps", name, RootCertificates) is null)
                client.Create("configmaps", name, NoCertificates());
            return null;
        }
        var content = client.Store.Snapshot().Where(change => change.Object.Namespace() == name).ToList();
        foreach (var one in content.Where(one => !one.Object.IsDeleting()))
            if (client.Kinds.OfStorageKey(one.Resource) is { } kind)
                client.Delete(kind, one.Object);
        if (!client.Store.Snapshot().Any(change => change.Object.Namespace() == name))
            client.Change("namespaces", "", name, one => one.Child("spec").Remove("finalizers"));
        return null;
    }

    /// <summary>This server speaks HTTP, so there is nothing to trust.</summary>
    private static JsonObject NoCertificates() => new()
    {
        ["metadata"] = new JsonObject { ["name"] = RootCertificates },
        ["data"] = new JsonObject { ["ca.crt"] = "" },
    };
}
