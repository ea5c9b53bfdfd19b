using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Brings one kind of object to what it says it should be.</summary>
/// <remarks>
/// <see cref="KeysFor"/> is quick and pure. <see cref="Sync"/> is idempotent, is never run twice at once, may be called for an object
/// that is gone, and returns when it wants to be called again even if nothing changes. A throw is retried after a pause.
/// </remarks>
internal interface IController
{
    /// <summary>The objects (namespace, name) to look at because of this change.</summary>
    IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change);

    TimeSpan? Sync(string ns, string name);
}
