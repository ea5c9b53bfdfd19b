using System.Text.Json.Nodes;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Api;

/// <summary>
/// Publishes the schemas as OpenAPI v3, one document per group version, as much as kubectl's apply, validation and explain read.
/// </summary>
internal sealed class OpenApi(KindCatalog kinds)
{
    private const string GvkExtension = "x-kubernetes-group-version-kind";

    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var version in kinds.All.Select(kind => kind.ApiVersion).Distinct())
            paths[PathOf(version)] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{PathOf(version)}" };
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document of <c>api/v1</c> or <c>apis/group/version</c>, or null when nothing is served there.</summary>
    public JsonObject? Document(string path)
    {
        var served = kinds.All.Where(kind => PathOf(kind.ApiVersion) == path).ToList();
        if (served.Count == 0)
            return null;
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        foreach (var kind in served)
        {
            AddPaths(paths, kind);
            var name = kind.Schema.Name ?? $"{kind.Group}.{kind.Version}.{kind.Kind}";
            var schema = Publish(kind.Schema, schemas, top: true);
            schema[GvkExtension] = new JsonArray(Gvk(kind));
            schemas[name] = schema;
        }
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = Discovery.ServerVersion },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static string PathOf(string apiVersion) => apiVersion.Contains('/') ? $"apis/{apiVersion}" : $"api/{apiVersion}";

    private static void AddPaths(JsonObject paths, ResourceKind kind)
    {
        var root = $"/{PathOf(kind.ApiVersion)}{(kind.Namespaced ? "/namespaces/{namespace}" : "")}/{kind.Plural}";
        var query = new JsonArray([.. ((string[])["dryRun", "fieldManager", "fieldValidation"]).Select(Parameter)]);
        JsonObject Operation(string action, params ReadOnlySpan<string> bodies)
        {
            var content = new JsonObject();
            foreach (var body in bodies)
                content[body] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } };
            return new JsonObject
            {
                ["parameters"] = query.DeepClone(),
                ["requestBody"] = new JsonObject { ["content"] = content },
                ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                ["x-kubernetes-action"] = action,
                [GvkExtension] = Gvk(kind),
            };
        }
        string[] patches = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
        if (!kind.IsCustom && kind.Plural != "customresourcedefinitions")
            patches = [.. patches, "application/strategic-merge-patch+json"];
        paths[root] = new JsonObject { ["post"] = Operation("post", "application/json") };
        paths[root + "/{name}"] = new JsonObject
        {
            ["put"] = Operation("put", "application/json"),
            ["patch"] = Operation("patch", patches),
        };
    }

    private static JsonNode Parameter(string name) => new JsonObject
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };

    private static JsonObject Gvk(ResourceKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };

    private static JsonObject Publish(Schema schema, JsonObject schemas, bool top = false)
    {
        if (!top && schema.Name is { } name)
        {
            if (!schemas.ContainsKey(name))
            {
                schemas[name] = new JsonObject(); // taken before its fields are read: types may contain themselves
                schemas[name] = Publish(schema, schemas, top: true);
            }
            var reference = new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
            return new JsonObject { ["allOf"] = new JsonArray(reference), ["default"] = new JsonObject() };
        }
        var result = schema.Source is { } source ? Own(source) : [];
        if (schema.Type is { } type)
            result["type"] = type;
        else if (schema.IsIntOrString)
            (result["oneOf"], result["format"]) = (new JsonArray(Typed("integer"), Typed("string")), "int-or-string");
        AddParts(schema, schemas, result);
        return result;
    }

    private static void AddParts(Schema schema, JsonObject schemas, JsonObject result)
    {
        if (schema.Properties.Count > 0)
        {
            var properties = new JsonObject();
            foreach (var (field, property) in schema.Properties)
                properties[field] = Field(schema, field, Publish(property, schemas));
            result["properties"] = properties;
        }
        if (schema.Required.Count > 0)
            result["required"] = new JsonArray([.. schema.Required.Select(one => (JsonNode)one)]);
        if (schema.Items is { } items)
            result["items"] = Publish(items, schemas);
        if (schema.Additional is { } values)
            result["additionalProperties"] = Publish(values, schemas);
        if (schema.MergeKey is { } key)
            (result["x-kubernetes-patch-merge-key"], result["x-kubernetes-patch-strategy"]) = (key, "merge");
        else if (schema.ListType == ListType.Set)
            result["x-kubernetes-patch-strategy"] = "merge";
        if (schema.ListKeys.Count > 0)
            result["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.ListKeys.Select(one => (JsonNode)one)]);
        if (schema.IsList)
            result["x-kubernetes-list-type"] = schema.ListType.ToString().ToLowerInvariant();
    }

    private static JsonObject Field(Schema owner, string field, JsonObject published)
    {
        if (owner.RetainKeys.Contains(field))
            published["x-kubernetes-patch-strategy"] = owner.Properties[field].MergeKey is null ? "retainKeys" : "merge,retainKeys";
        return published;
    }

    private static JsonObject Typed(string type) => new JsonObject { ["type"] = type };

    /// <summary>What a definition says of this level itself; its parts are published one by one.</summary>
    private static JsonObject Own(JsonObject source)
    {
        var own = new JsonObject();
        foreach (var (name, value) in source)
            if (name is not ("properties" or "items" or "additionalProperties" or "required" or "x-kubernetes-validations"))
                own[name] = value?.DeepClone();
        return own;
    }
}
