using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tables;

/// <summary>
/// Reads the simple JSON paths of printer columns: fields, quoted fields, indexes, <c>[*]</c> and <c>[?(@.field=="text")]</c>.
/// </summary>
internal static class JsonPath
{
    public static IEnumerable<JsonNode> Find(JsonNode root, string path)
    {
        IEnumerable<JsonNode> found = [root];
        foreach (var step in Steps(path.TrimStart('$')))
            found = found.SelectMany(node => Take(node, step)).ToList();
        return found;
    }

    private static IEnumerable<string> Steps(string path)
    {
        for (var i = 0; i < path.Length;)
        {
            if (path[i] == '[')
            {
                var end = path.IndexOf(']', i);
                end = end < 0 ? path.Length : end;
                yield return path[(i + 1)..end].Trim('\'', '"');
                i = end + 1;
            }
            else if (path[i] == '.')
                i++;
            else
            {
                var word = new System.Text.StringBuilder();
                for (; i < path.Length && path[i] is not ('.' or '['); i++)
                    word.Append(path[i] == '\\' && i + 1 < path.Length ? path[++i] : path[i]);
                yield return word.ToString();
            }
        }
    }

    private static IEnumerable<JsonNode> Take(JsonNode node, string step)
    {
        if (node is JsonArray list)
        {
            if (step == "*")
                return list.OfType<JsonNode>();
            if (step.StartsWith("?(", StringComparison.Ordinal))
                return list.OfType<JsonNode>().Where(item => Matches(item, step[2..^1]));
            return int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
                && list.ElementAtOrDefault(at < 0 ? list.Count + at : at) is { } item ? [item] : [];
        }
        if (step == "*" && node is JsonObject map)
            return map.Select(field => field.Value).OfType<JsonNode>();
        return node.At(step) is { } child ? [child] : [];
    }

    private static bool Matches(JsonNode item, string condition)
    {
        var sides = condition.Split("==", 2, StringSplitOptions.TrimEntries);
        var found = Find(item, sides[0].TrimStart('@')).FirstOrDefault();
        return sides.Length == 1 ? found is not null : (found.AsText() ?? found?.ToJsonString()) == sides[1].Trim('"', '\'');
    }
}
