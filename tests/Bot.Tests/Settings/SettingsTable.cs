using ChatOps.Testing;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Bot.Tests.Settings;

/// <summary>One row of the table in <c>docs/settings.md</c>.</summary>
/// <param name="Path">With <c>NAME</c> where people choose the name.</param>
/// <param name="Shape">What people write; <c>as in a pod</c> is handed on, and its inside is no matter of the page.</param>
/// <param name="Wrong">A value that is refused, as YAML; null where none is shown.</param>
/// <param name="Said">What the fault then says.</param>
internal sealed record DocumentedSetting(string Path, string Shape, string Default, string? Wrong, string? Said)
{
    public string Parent => Path.LastIndexOf('.') is > 0 and var dot ? Path[..dot] : "";

    public string Key => Path[(Path.LastIndexOf('.') + 1)..];
}

/// <summary>The page's table, and the file in it with everything that can be said; every edit is made on a copy.</summary>
internal static class SettingsTable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));

    /// <summary>The whole file, as the page has it; its tokens are in files of this machine.</summary>
    public static string Example(string secrets) =>
        Page.Split("```yaml\n")[1].Split("```")[0].Replace("/var/run/secrets", secrets, StringComparison.Ordinal);

    public static IReadOnlyList<DocumentedSetting> Rows { get; } =
    [
        .. Page.Split("<!-- settings:")[1].Split("<!-- /settings -->")[0].Split('\n')
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('|').Select(c => c.Trim()).ToArray()).Select(c => Row(c[1].Trim('`'), c[2], c[3], c[5])),
    ];

    /// <summary>The file with this setting said in this way, or not said at all.</summary>
    public static string With(string file, string path, string? value)
    {
        var (parts, root) = (path.Split('.'), Load(file));
        var at = (YamlMappingNode)root;
        foreach (var part in parts[..^1])
            at = (YamlMappingNode)(part == "NAME" ? at.Children.First().Value : at.Children[new YamlScalarNode(part)]);
        at.Children.Remove(new YamlScalarNode(parts[^1]));
        if (value is not null) at.Add(parts[^1], Node(value));
        var text = new StringWriter();
        new YamlStream(new YamlDocument(root)).Save(text, assignAnchors: false);
        return text.ToString();
    }

    /// <summary>Every section of the file in which names are not chosen freely, the whole one as an empty text.</summary>
    public static IEnumerable<string> Sections(string file) => Sections((YamlMappingNode)Load(file), "");

    private static IEnumerable<string> Sections(YamlMappingNode section, string path)
    {
        if (Rows.Any(r => r.Path == path && r.Shape == "as in a pod")) return [];
        var free = Rows.Any(r => r.Parent == $"{path}.NAME");
        var inner = section.Children.Where(c => c.Value is YamlMappingNode).Take(free ? 1 : int.MaxValue).SelectMany(c => Sections(
            (YamlMappingNode)c.Value, $"{path}.{(free ? "NAME" : ((YamlScalarNode)c.Key).Value)}".TrimStart('.')));
        return free ? inner : inner.Prepend(path);
    }

    private static YamlNode Load(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    private static YamlNode Node(string value)
    {
        var collection = value.StartsWith('[') || value.StartsWith('{');
        return Load(collection ? value.Replace("*", "'*'", StringComparison.Ordinal) : $"'{value}'");
    }

    private static DocumentedSetting Row(string path, string shape, string @default, string wrong)
    {
        var at = wrong.IndexOf("`: ", StringComparison.Ordinal);
        return at < 0 ? new(path, shape, @default, null, null) : new(path, shape, @default, wrong[1..at], wrong[(at + 3)..]);
    }
}
