using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Kinds;

/// <summary>Knows every kind served at this moment; readers always see a whole catalog, never one half changed.</summary>
internal sealed class KindCatalog
{
    private readonly ImmutableArray<ResourceKind> _builtIn;
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, ImmutableArray<ResourceKind>> _custom =
        ImmutableDictionary<string, ImmutableArray<ResourceKind>>.Empty;
    private ImmutableDictionary<(string Group, string Version, string Plural), ResourceKind> _byPath;

    public KindCatalog(ShapeCatalog shapes)
    {
        Shapes = shapes;
        _builtIn = [.. BuiltInKinds.All(shapes)];
        _byPath = Index();
    }

    public ShapeCatalog Shapes { get; }

    public IEnumerable<ResourceKind> All =>
        _byPath.Values.OrderBy(kind => kind.Group).ThenBy(kind => kind.Plural).ThenBy(kind => kind.Version);

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));

    /// <summary>A built-in kind by its plural name; only for kinds that must exist.</summary>
    public ResourceKind this[string plural] => _builtIn.First(kind => kind.Plural == plural);

    public ResourceKind? OfKind(string apiVersion, string kind) =>
        _byPath.Values.FirstOrDefault(one => one.ApiVersion == apiVersion && one.Kind == kind);

    public ResourceKind? OfStorageKey(string key) => _byPath.Values.FirstOrDefault(one => one.Preferred && one.StorageKey == key);

    /// <summary>Serves what a CustomResourceDefinition declares, replacing what it declared before.</summary>
    public void Define(JsonObject definition)
    {
        lock (_gate)
        {
            _custom = _custom.SetItem(definition.Name(), [.. CustomKinds.Read(definition)]);
            _byPath = Index();
        }
    }

    public void Forget(string definitionName)
    {
        lock (_gate)
        {
            _custom = _custom.Remove(definitionName);
            _byPath = Index();
        }
    }

    private ImmutableDictionary<(string, string, string), ResourceKind> Index() =>
        _builtIn.Concat(_custom.Values.SelectMany(kinds => kinds)).ToImmutableDictionary(kind => (kind.Group, kind.Version, kind.Plural));
}
