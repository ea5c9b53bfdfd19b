using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Core;

namespace ChatOps.Cluster.Api;

/// <summary>Reads a request body as JSON, YAML or known protobuf by its content type; anything else is refused with 415.</summary>
internal static class RequestBody
{
    public static string MediaType(HttpContext context) =>
        (context.Request.ContentType ?? "application/json").Split(';')[0].Trim().ToLowerInvariant();

    public static async Task<JsonNode?> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var (bytes, type) = (body.ToArray(), MediaType(context));
        if (bytes.Length == 0)
            return null;
        var known = type.Contains("protobuf", StringComparison.Ordinal) ? ProtobufObject.Read(bytes) : null;
        if (known is null && (type.Contains("protobuf", StringComparison.Ordinal) || type.Contains("cbor", StringComparison.Ordinal)))
            throw StatusException.UnsupportedMedia(
                $"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml");
        return known ?? Parse(Encoding.UTF8.GetString(bytes), type);
    }

    public static async Task<JsonObject> ReadObjectAsync(HttpContext context) =>
        await ReadAsync(context) as JsonObject ?? throw StatusException.BadRequest("the request body is not an object");

    private static JsonNode? Parse(string text, string type)
    {
        try
        {
            return type.Contains("yaml", StringComparison.Ordinal)
                ? YamlDocuments.Parse(text) is [var first, ..] ? first : null
                : JsonNode.Parse(text);
        }
        catch (Exception error) when (error is JsonException or YamlException)
        {
            throw StatusException.BadRequest($"the object provided is unrecognized: {error.Message}");
        }
    }
}
