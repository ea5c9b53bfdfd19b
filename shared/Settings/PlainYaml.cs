using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Settings;

/// <summary>Turns YAML into JSON, for what is handed on as it is written.</summary>
/// <remarks>YAML 1.2, 10.3 "Core Schema": only a plain scalar is anything but text.</remarks>
internal static class PlainYaml
{
    /// <summary>Deeper than anything of use; an alias may lead to what holds it.</summary>
    private const int Deepest = 16;

    /// <summary>Null in a place where JSON has null too; <paramref name="tooDeep"/> says that something was left out.</summary>
    public static JsonNode? ToJson(YamlNode node, out bool tooDeep)
    {
        var deep = false;
        var json = Convert(node, 0);
        tooDeep = deep;
        return json;

        JsonNode? Convert(YamlNode node, int depth)
        {
            deep |= depth > Deepest;
            return deep ? null : node switch
            {
                YamlMappingNode map => Fields(map, depth),
                YamlSequenceNode list => new JsonArray([.. list.Children.Select(one => Convert(one, depth + 1))]),
                YamlScalarNode scalar => Scalar(scalar),
                _ => null,
            };
        }

        JsonObject Fields(YamlMappingNode map, int depth)
        {
            var fields = new JsonObject();
            foreach (var (key, value) in map.Children) fields[(key as YamlScalarNode)?.Value ?? ""] = Convert(value, depth + 1);
            return fields;
        }
    }

    private static JsonValue? Scalar(YamlScalarNode scalar) => scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)
        ? JsonValue.Create(scalar.Value)
        : scalar.Value switch
        {
            null or "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            var text => JsonValue.Create(text),
        };
}
