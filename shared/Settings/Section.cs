using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Values;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Settings;

/// <summary>
/// One mapping of a YAML file: hands out typed values, notes what is wrong with each, and knows which keys nobody asked for.
/// </summary>
public sealed class Section
{
    private readonly YamlMappingNode? _node;
    private readonly List<SettingsFault> _faults;
    private readonly HashSet<string> _asked = [];
    private readonly string _name;
    private readonly long _line;

    public Section(YamlNode? node, string name, List<SettingsFault> faults, long line = 1)
    {
        (_node, _name, _faults, _line) = (node as YamlMappingNode, name, faults, node?.Start.Line ?? line);
        var absent = node is null or YamlScalarNode { Value: "" or "null" or "~" };
        if (!absent && _node is null) faults.Add(new(_line, $"{name} must be a mapping of names to values"));
    }

    public bool Has(string key) => Child(key) is not null;

    public Section Map(string key) => new(Child(key), key, _faults, _line);

    /// <summary>Every entry as a section of its own, in the order of the file.</summary>
    public IEnumerable<(string Name, Section Section)> Children()
    {
        if (_node is null) yield break;
        foreach (var (key, value) in _node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            _asked.Add(name);
            yield return (name, new Section(value, $"{_name}.{name}", _faults, key.Start.Line));
        }
    }

    /// <summary>A mapping as it stands, for what is handed on to others; null where there is none.</summary>
    public JsonObject? Object(string key)
    {
        if (Child(key) is not { } node || node is YamlScalarNode { Value: "" or "null" or "~" }) return null;
        if (PlainYaml.ToJson(node, out var tooDeep) is JsonObject fields && !tooDeep) return fields;
        Fault(key, tooDeep ? "is nested too deeply" : "must be a mapping of names to values");
        return null;
    }

    public string? Text(string key)
    {
        var node = Child(key);
        if (node is null or YamlScalarNode { Value: null or "" }) return null;
        if (node is YamlScalarNode scalar) return scalar.Value;
        Fault(key, "must be a single value");
        return null;
    }

    public string Required(string key)
    {
        if (Text(key) is { } text) return text;
        if (Child(key) is null) Fault(null, $"lacks '{key}'");
        return "";
    }

    public IReadOnlyList<string> Texts(string key)
    {
        switch (Child(key))
        {
            case null:
                return [];
            case YamlScalarNode { Value: { Length: > 0 } one }:
                return [one];
            case YamlSequenceNode many when many.All(n => n is YamlScalarNode):
                return [.. many.Cast<YamlScalarNode>().Select(n => n.Value ?? "")];
            default:
                Fault(key, "must be a list of words");
                return [];
        }
    }

    public int Number(string key, int otherwise, int least)
    {
        if (Text(key) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        var most = text.All(char.IsAsciiDigit) && text.TrimStart('0').Length >= 10 ? $" to {int.MaxValue}" : "";
        Fault(key, $"'{text}' is no whole number from {least}{most}");
        return otherwise;
    }

    public bool Flag(string key, bool otherwise)
    {
        switch (Text(key))
        {
            case null:
                return otherwise;
            case "true":
                return true;
            case "false":
                return false;
            case { } text:
                Fault(key, $"'{text}' is neither true nor false");
                return otherwise;
        }
    }

    public TimeSpan Duration(string key, TimeSpan otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (Durations.TryParse(text, out var duration)) return duration;
        Fault(key, $"'{text}' is no duration; {Durations.Hint}");
        return otherwise;
    }

    /// <summary>A secret, from the file itself or, better, from one that <c>keyFile</c> names.</summary>
    public Secret? Secret(string key)
    {
        if (Text($"{key}File") is not { } path) return Text(key) is { } text ? new Secret(text) : null;
        try
        {
            return new Secret(File.ReadAllText(path).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault($"{key}File", $"cannot be read: {e.Message}");
            return null;
        }
    }

    public Uri? Address(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return uri;
        Fault(key, $"'{text}' is no address; write https://HOST/PATH");
        return null;
    }

    public void Fault(string? key, string message)
    {
        var line = key is not null && Child(key) is { } node ? node.Start.Line : _line;
        _faults.Add(new(line, key is null ? $"{_name} {message}" : $"{_name}.{key}: {message}"));
    }

    /// <summary>A misspelt key must not be read as an absent one.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in _node?.Children.Keys ?? [])
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!_asked.Contains(name))
                _faults.Add(new(key.Start.Line, $"{_name}: '{name}' is not known here; known: {string.Join(", ", _asked.Order())}"));
        }
    }

    private YamlNode? Child(string key)
    {
        _asked.Add(key);
        return _node is not null && _node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }
}
