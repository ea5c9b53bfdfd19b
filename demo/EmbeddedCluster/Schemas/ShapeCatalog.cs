using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Schemas;

/// <summary>Gives the schema of every built-in type, read once from <c>shapes.txt</c>, whose first lines explain its form.</summary>
internal sealed class ShapeCatalog
{
    private readonly Dictionary<string, Schema> _types = [];

    private ShapeCatalog()
    {
    }

    public IReadOnlyDictionary<string, Schema> Types => _types;

    public Schema this[string name] => _types[name];

    public static ShapeCatalog Load()
    {
        using var stream = typeof(ShapeCatalog).Assembly.GetManifestResourceStream("shapes.txt")!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    internal static ShapeCatalog Parse(string text)
    {
        var catalog = new ShapeCatalog();
        var lines = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToArray();
        foreach (var line in lines.Where(line => line[0] != ' '))
        {
            var words = line.Split(' ');
            catalog._types[words[0]] = new Schema { Name = words[0], Type = "object", IsAtomicMap = words.Contains("@atomic") };
        }
        Schema? current = null;
        foreach (var line in lines)
        {
            if (line[0] != ' ')
                current = catalog._types[line.Split(' ')[0]];
            else
                catalog.AddField(current!, line.Trim());
        }
        foreach (var type in catalog._types.Values.Where(type => type.Properties.ContainsKey("metadata")))
        {
            type.Properties["apiVersion"] = new Schema { Type = "string" };
            type.Properties["kind"] = new Schema { Type = "string" };
        }
        return catalog;
    }

    private void AddField(Schema owner, string line)
    {
        var colon = line.IndexOf(':');
        var name = line[..colon];
        var words = line[(colon + 1)..].Trim().Split(' ');
        var schema = TypeOf(words[0]);
        foreach (var word in words.Skip(1))
            Qualify(owner, name, schema, word);
        owner.Properties[name] = schema;
    }

    private static void Qualify(Schema owner, string name, Schema schema, string word)
    {
        if (word == "!")
            owner.Required.Add(name);
        else if (word.StartsWith('='))
            owner.Defaults[name] = JsonNode.Parse(word[1..])!;
        else if (word.StartsWith("@keys=", StringComparison.Ordinal) && schema.IsList)
            (schema.ListType, schema.ListKeys) = (ListType.Map, word["@keys=".Length..].Split(','));
        else if (word == "@set")
            schema.ListType = ListType.Set;
        else if (word.StartsWith("@merge=", StringComparison.Ordinal))
            schema.MergeKey = word["@merge=".Length..];
        else if (word == "@retainKeys")
            owner.RetainKeys.Add(name);
        else if (word == "@atomic" && schema.Name is null)
            schema.IsAtomicMap = true;
    }

    private Schema TypeOf(string type)
    {
        if (type.StartsWith("[]", StringComparison.Ordinal))
            return new Schema { Type = "array", Items = TypeOf(type[2..]) };
        if (type.StartsWith("{}", StringComparison.Ordinal))
            return new Schema { Type = "object", Additional = TypeOf(type[2..]) };
        return type switch
        {
            "string" or "bytes" or "time" => new Schema { Type = "string", IsNullable = type == "time" },
            "int" => new Schema { Type = "integer" },
            "number" => new Schema { Type = "number" },
            "bool" => new Schema { Type = "boolean" },
            "quantity" or "intorstring" => new Schema { IsIntOrString = true },
            "any" => Schema.Any,
            _ => _types[type],
        };
    }
}
