using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Admission;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Applying;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Writing;

/// <summary>
/// The one way into the store: every create, update and apply passes the same admission, whoever asks, as one atomic step.
/// </summary>
internal sealed class ObjectWriter(ObjectStore store, KindCatalog kinds, TimeProvider time)
{
    private static readonly string[] SystemMetadata =
        ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"];

    public string Now => time.GetUtcNow().ToApiTime();

    public JsonObject Create(ResourceKind kind, string ns, JsonObject body, WriteOptions options, bool applied = false)
    {
        lock (store.Gate)
        {
            var value = body.Copy();
            Identify(kind, ns, value);
            NameGenerated(kind, value);
            CheckNamespace(kind, ns, value.Name());
            if (store.Find(kind.StorageKey, ns, value.Name()) is not null)
                throw StatusException.AlreadyExists(kind, value.Name());
            if (value.Text("metadata", "resourceVersion") is { Length: > 0 })
                throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
            if (kind.HasStatus && kind.Plural != "customresourcedefinitions")
                value.Remove("status");
            Preparation.Normalize(kind, value, options);
            Initialize(kind, value);
            Preparation.Check(kind, null, value);
            if (!applied)
                ManagedFields.RecordUpdate(null, value, kind.Schema, WriterFor(kind, options, "Update"));
            return Commit(kind, value, options);
        }
    }

    /// <summary>
    /// Replaces an object by what <paramref name="change"/> makes of a copy of it; nothing is stored when nothing changes.
    /// </summary>
    public JsonObject Update(
        ResourceKind kind, string ns, string name, Func<JsonObject, JsonObject> change, WriteOptions options, bool applied = false)
    {
        lock (store.Gate)
        {
            var before = store.Find(kind.StorageKey, ns, name) ?? throw StatusException.NotFound(kind, name);
            var value = change(InVersion(kind, before));
            Identify(kind, ns, value);
            CheckPreconditions(kind, before, value.Text("metadata", "uid"), value.Text("metadata", "resourceVersion"));
            if (value.Name() != name)
                throw StatusException.BadRequest($"the name of the object ({value.Name()}) does not match the name on the URL ({name})");
            KeepMetadata(before, value);
            value = options.Subresource == "status" ? OnlyStatus(kind, before, value) : WithoutStatus(kind, before, value);
            Preparation.Normalize(kind, value, options);
            Preparation.Check(kind, before, value);
            BumpGeneration(kind, before, value);
            if (!applied)
                ManagedFields.RecordUpdate(before, value, kind.Schema, WriterFor(kind, options, "Update"));
            return JsonReading.Same(before, value) ? before : Commit(kind, value, options);
        }
    }

    /// <summary>Server-side apply: creates the object or merges into it; <paramref name="created"/> tells which.</summary>
    public JsonObject Apply(
        ResourceKind kind, string ns, string name, JsonObject configuration, WriteOptions options, bool force, out bool created)
    {
        lock (store.Gate)
        {
            var writer = WriterFor(kind, options, "Apply");
            Identify(kind, ns, configuration);
            if (configuration.At("metadata", "managedFields") is not null)
                throw StatusException.BadRequest("metadata.managedFields must be nil");
            configuration.Metadata()["name"] ??= name;
            created = store.Find(kind.StorageKey, ns, name) is null;
            if (created && options.Subresource.Length > 0)
                throw StatusException.NotFound(kind, name);
            if (created)
            {
                var first = ServerSideApply.Merge(configuration, configuration, kind.Schema, writer, force);
                return Create(kind, ns, first, options, applied: true);
            }
            return Update(kind, ns, name, live => MergeApplied(kind, live, configuration, writer, force, options), options, applied: true);
        }
    }

    /// <summary>Stores an object as it is, or removes it when its deletion has nothing left to wait for.</summary>
    internal JsonObject Commit(ResourceKind kind, JsonObject value, WriteOptions options)
    {
        if (options.DryRun)
            return value;
        if (kind.Plural == "customresourcedefinitions" && !value.IsDeleting())
            DefinitionRules.Establish(value, Now);
        if (IsFinished(kind, value))
        {
            store.Remove(kind.StorageKey, value);
            Removed(kind, value);
            return value;
        }
        var stored = store.Put(kind.StorageKey, value);
        if (kind.Plural == "customresourcedefinitions")
            kinds.Define(stored);
        return stored;
    }

    internal void Removed(ResourceKind kind, JsonObject value)
    {
        if (kind.Plural != "customresourcedefinitions")
            return;
        foreach (var resource in kinds.All.Where(one => one.IsCustom && $"{one.Plural}.{one.Group}" == value.Name()).ToArray())
            foreach (var instance in store.List(resource.StorageKey))
                store.Remove(resource.StorageKey, instance);
        kinds.Forget(value.Name());
    }

    internal static bool IsFinished(ResourceKind kind, JsonObject value) =>
        value.IsDeleting()
        && value.ArrayAt("metadata", "finalizers") is not { Count: > 0 }
        && (kind.StorageKey != "/pods" || value.Number("metadata", "deletionGracePeriodSeconds") is null or 0)
        && (kind.StorageKey != "/namespaces" || value.ArrayAt("spec", "finalizers") is not { Count: > 0 });

    internal static void CheckPreconditions(ResourceKind kind, JsonObject current, string? uid, string? version)
    {
        if (!string.IsNullOrEmpty(uid) && uid != current.Uid())
            throw StatusException.Conflict(
                kind, current.Name(), $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid()}");
        if (!string.IsNullOrEmpty(version) && version != current.Text("metadata", "resourceVersion"))
            throw StatusException.Modified(kind, current.Name());
    }

    /// <summary>A copy of a stored object as the version asked for spells it.</summary>
    internal static JsonObject InVersion(ResourceKind kind, JsonObject stored)
    {
        var copy = stored.Copy();
        copy["apiVersion"] = kind.ApiVersion;
        return copy;
    }

    private static JsonObject MergeApplied(
        ResourceKind kind, JsonObject live, JsonObject configuration, Writer writer, bool force, WriteOptions options)
    {
        var wanted = configuration.Copy();
        if (options.Subresource == "status")
            foreach (var name in wanted.Select(field => field.Key).Except(["apiVersion", "kind", "metadata", "status"]).ToArray())
                wanted.Remove(name);
        else if (kind.HasStatus)
            wanted.Remove("status");
        return ServerSideApply.Merge(live, wanted, kind.Schema, writer, force);
    }

    private static void Identify(ResourceKind kind, string ns, JsonObject value)
    {
        var (version, name) = (value.Text("apiVersion"), value.Text("kind"));
        if ((version is not null && version != kind.ApiVersion) || (name is not null && name != kind.Kind))
            throw StatusException.BadRequest(
                $"the API version in the data ({version}) or its kind ({name}) "
                    + $"does not match the expected {kind.ApiVersion}, Kind={kind.Kind}");
        value["apiVersion"] = kind.ApiVersion;
        value["kind"] = kind.Kind;
        if (!kind.Namespaced)
            return;
        if (value.Namespace() is { Length: > 0 } given && given != ns)
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        value.Metadata()["namespace"] = ns;
    }

    private static void NameGenerated(ResourceKind kind, JsonObject value)
    {
        if (value.Name().Length > 0 || value.Text("metadata", "generateName") is not { Length: > 0 } prefix)
            return;
        var suffix = RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
        value.Metadata()["name"] = (prefix.Length > 58 ? prefix[..58] : prefix) + suffix;
    }

    private void CheckNamespace(ResourceKind kind, string ns, string name)
    {
        if (!kind.Namespaced)
            return;
        var found = store.Find("/namespaces", "", ns) ?? throw StatusException.NotFound(kinds["namespaces"], ns);
        if (found.IsDeleting())
            throw StatusException.Forbidden(kind, name, $"unable to create new content in namespace {ns} because it is being terminated");
    }

    private void Initialize(ResourceKind kind, JsonObject value)
    {
        var metadata = value.Metadata();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Now;
        foreach (var name in (string[])["deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion", "selfLink"])
            metadata.Remove(name);
        if (HasGeneration(kind))
            metadata["generation"] = 1;
        InitialState.Set(kind, value, store);
    }

    private static void KeepMetadata(JsonObject before, JsonObject value)
    {
        var (old, metadata) = (before.ObjectAt("metadata")!, value.Metadata());
        foreach (var name in SystemMetadata)
        {
            metadata.Remove(name);
            if (old[name] is { } kept)
                metadata[name] = kept.DeepClone();
        }
        metadata["resourceVersion"] = old["resourceVersion"]!.DeepClone();
        if (!metadata.ContainsKey("managedFields") && old["managedFields"] is { } owners)
            metadata["managedFields"] = owners.DeepClone();
    }

    /// <summary>On the status subresource everything but status, and who owns it, stays as it was.</summary>
    private static JsonObject OnlyStatus(ResourceKind kind, JsonObject before, JsonObject value)
    {
        var result = InVersion(kind, before);
        Move(value, result, "status");
        if (value.At("metadata", "managedFields") is { } owners)
            result.Metadata()["managedFields"] = owners.DeepClone();
        return result;
    }

    private static JsonObject WithoutStatus(ResourceKind kind, JsonObject before, JsonObject value)
    {
        if (kind.HasStatus)
            Move(before, value, "status");
        return value;
    }

    private static void Move(JsonObject from, JsonObject to, string field)
    {
        to.Remove(field);
        if (from[field] is { } node)
            to[field] = node.DeepClone();
    }

    private static void BumpGeneration(ResourceKind kind, JsonObject before, JsonObject value)
    {
        if (!HasGeneration(kind))
            return;
        string[] ignored = kind.HasStatus ? ["metadata", "status"] : ["metadata"];
        var names = before.Select(field => field.Key).Union(value.Select(field => field.Key)).Except(ignored).Except(["apiVersion"]);
        if (!names.All(name => JsonReading.Same(before[name], value[name])))
            value.Metadata()["generation"] = (before.Number("metadata", "generation") ?? 0) + 1;
    }

    private static bool HasGeneration(ResourceKind kind) =>
        kind.IsCustom || kind.Group is "apps" or "batch" or "policy" or "networking.k8s.io" or "apiextensions.k8s.io";

    private Writer WriterFor(ResourceKind kind, WriteOptions options, string operation) =>
        new(options.Manager, operation, options.Subresource, kind.ApiVersion, Now);
}
