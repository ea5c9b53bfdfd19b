using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Cluster.Json;

/// <summary>
/// Reads YAML as Kubernetes does: plain scalars get JSON types, quoted scalars stay text, documents are separated by <c>---</c>.
/// </summary>
internal static class YamlDocuments
{
    /// <summary>Every non-empty document of <paramref name="text"/>; JSON is accepted because YAML contains it.</summary>
    public static IReadOnlyList<JsonObject> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Convert(document.RootNode)).OfType<JsonObject>()];
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => Mapping(map),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    private static JsonObject Mapping(YamlMappingNode map)
    {
        var result = new JsonObject();
        foreach (var (key, value) in map.Children)
            result[((YamlScalarNode)key).Value ?? ""] = Convert(value);
        return result;
    }

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ => PlainNumber(text) ?? JsonValue.Create(text),
        };
    }

    private static JsonValue? PlainNumber(string text)
    {
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '+' or '.'))
            return null;
        if (text.Length > 1 && text[0] == '0' && text.All(c => c is >= '0' and <= '7'))
            return JsonValue.Create(System.Convert.ToInt64(text, 8)); // YAML 1.1, as in `defaultMode: 0644`
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);
        const NumberStyles real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, real, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
    }
}
