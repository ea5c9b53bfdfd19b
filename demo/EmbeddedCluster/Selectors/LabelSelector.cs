using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Selectors;

/// <summary>
/// Decides whether labels match; understands the query form (equality and set based) and the object form (matchLabels, matchExpressions).
/// </summary>
internal sealed class LabelSelector
{
    private readonly List<Requirement> _requirements = [];

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
    }

    public bool IsEmpty => _requirements.Count == 0;

    public static LabelSelector Parse(string? text)
    {
        var selector = new LabelSelector();
        foreach (var part in SplitOutsideParentheses(text ?? ""))
            selector._requirements.Add(ParseRequirement(part.Trim()));
        return selector;
    }

    public static LabelSelector FromObject(JsonNode? node)
    {
        var selector = new LabelSelector();
        foreach (var (key, value) in node.ObjectAt("matchLabels") ?? [])
            selector._requirements.Add(new(key, Operator.In, [value.AsText() ?? ""]));
        foreach (var expression in node.ItemsAt("matchExpressions"))
            selector._requirements.Add(new(
                expression.Text("key") ?? "",
                Enum.Parse<Operator>(expression.Text("operator") ?? "Exists"),
                [.. (expression.ArrayAt("values") ?? []).Select(value => value.AsText() ?? "")]));
        return selector;
    }

    public static LabelSelector FromMap(JsonObject? map)
    {
        var selector = new LabelSelector();
        foreach (var (key, value) in map ?? [])
            selector._requirements.Add(new(key, Operator.In, [value.AsText() ?? ""]));
        return selector;
    }

    public bool Matches(JsonObject value) => MatchesLabels(value.ObjectAt("metadata", "labels"));

    public bool MatchesLabels(JsonObject? labels) => _requirements.TrueForAll(one => one.Matches(labels?[one.Key].AsText()));

    public override string ToString() => string.Join(",", _requirements);

    private static Requirement ParseRequirement(string part)
    {
        if (part.Contains('('))
            return ParseSet(part);
        if (part.StartsWith('!'))
            return new(part[1..].Trim(), Operator.DoesNotExist, []);
        foreach (var (sign, operation) in ((string, Operator)[])[("!=", Operator.NotIn), ("==", Operator.In), ("=", Operator.In)])
            if (part.IndexOf(sign, StringComparison.Ordinal) is > 0 and var at)
                return new(part[..at].Trim(), operation, [part[(at + sign.Length)..].Trim()]);
        return part.Contains(' ') ? throw Unparsable(part) : new(part, Operator.Exists, []);
    }

    private static Requirement ParseSet(string part)
    {
        var words = part[..part.IndexOf('(')].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || words[1] is not ("in" or "notin") || !part.EndsWith(')'))
            throw Unparsable(part);
        var values = part[(part.IndexOf('(') + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        return new(words[0], words[1] == "in" ? Operator.In : Operator.NotIn, values);
    }

    private static StatusException Unparsable(string part) =>
        StatusException.BadRequest($"unable to parse requirement: found '{part}', expected: in, notin, =, ==, !=, or a key");

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        int start = 0, depth = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (text[start..i].Trim().Length > 0)
                    yield return text[start..i];
                start = i + 1;
            }
            else
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        }
    }

    private sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values)
    {
        public bool Matches(string? value) => Operator switch
        {
            Operator.In => value is not null && Values.Contains(value),
            Operator.NotIn => value is null || !Values.Contains(value),
            Operator.Exists => value is not null,
            _ => value is null,
        };

        public override string ToString() => Operator switch
        {
            Operator.In when Values.Count == 1 => $"{Key}={Values[0]}",
            Operator.In => $"{Key} in ({string.Join(",", Values)})",
            Operator.NotIn => $"{Key} notin ({string.Join(",", Values)})",
            Operator.Exists => Key,
            _ => $"!{Key}",
        };
    }
}
