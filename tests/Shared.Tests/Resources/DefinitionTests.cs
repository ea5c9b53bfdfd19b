using System.Text.Json.Serialization.Metadata;
using ChatOps.Resources;
using ChatOps.Testing;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Shared.Tests.Resources;

/// <summary>
/// The models and the custom resource definitions describe the same fields: what one has and the other lacks would be pruned or unread.
/// </summary>
public sealed class DefinitionTests
{
    public static TheoryData<string, JsonTypeInfo> WithPhases => new()
    {
        { "snapshots", ResourceJson.Default.Snapshot },
        { "changes", ResourceJson.Default.Change },
        { "restores", ResourceJson.Default.Restore },
    };

    public static TheoryData<string, JsonTypeInfo> Models =>
        new(WithPhases.Append(("snapshotschedules", ResourceJson.Default.SnapshotSchedule)));

    [Theory]
    [MemberData(nameof(Models), DisableDiscoveryEnumeration = true)]
    public void Model_and_definition_have_the_same_fields(string plural, JsonTypeInfo model)
    {
        var schema = Schema(plural);
        var inDefinition = Leaves(schema, "").Where(Ours).Order(StringComparer.Ordinal);
        var inModel = Leaves(model, "").Where(Ours).Order(StringComparer.Ordinal);
        Assert.Equal(inDefinition, inModel);
    }

    [Theory]
    [MemberData(nameof(WithPhases), DisableDiscoveryEnumeration = true)]
    public void Every_phase_of_the_model_is_allowed(string plural, JsonTypeInfo model)
    {
        var status = model.Properties.Single(p => p.Name == "status").PropertyType;
        var phases = Enum.GetNames(status.GetProperty("Phase")!.PropertyType);
        var allowed = (YamlSequenceNode)Child(Child(Child(Schema(plural), "properties"), "status"), "properties", "phase", "enum");
        Assert.Equal(phases, allowed.Select(a => ((YamlScalarNode)a).Value));
    }

    private static bool Ours(string path) =>
        path.StartsWith("spec.", StringComparison.Ordinal) || path.StartsWith("status.", StringComparison.Ordinal);

    private static IEnumerable<string> Leaves(YamlNode schema, string path)
    {
        var map = (YamlMappingNode)schema;
        if (map.Children.TryGetValue("items", out var items)) return Leaves(items, path);
        if (!map.Children.TryGetValue("properties", out var properties)) return [path];
        return ((YamlMappingNode)properties).Children.SelectMany(p => Leaves(p.Value, Join(path, ((YamlScalarNode)p.Key).Value!)));
    }

    private static IEnumerable<string> Leaves(JsonTypeInfo type, string path)
    {
        if (type.Kind == JsonTypeInfoKind.Enumerable) return Leaves(ResourceJson.Default.GetTypeInfo(type.ElementType!)!, path);
        if (type.Kind != JsonTypeInfoKind.Object) return [path];
        return type.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null)
            .SelectMany(p => Leaves(ResourceJson.Default.GetTypeInfo(p.PropertyType)!, Join(path, p.Name)));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static YamlNode Schema(string plural)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Repository.Root, "charts", "chatops", "crds", $"{plural}.yaml"))));
        var version = (YamlSequenceNode)Child(yaml.Documents[0].RootNode, "spec", "versions");
        return Child(version[0], "schema", "openAPIV3Schema");
    }

    private static YamlNode Child(YamlNode node, params string[] path) =>
        path.Aggregate(node, (n, key) => ((YamlMappingNode)n).Children[key]);
}
