using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Writes JSON answers; every body is one document with its length known.</summary>
internal static class Answers
{
    private static readonly JsonWriterOptions Compact =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, JsonNode body, int code = 200, string contentType = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = contentType;
        var octets = Encode(body);
        context.Response.ContentLength = octets.Length;
        await context.Response.Body.WriteAsync(octets, context.RequestAborted);
    }

    public static Task WriteAsync(HttpContext context, StatusException refusal) => WriteAsync(context, refusal.ToStatus(), refusal.Code);

    public static ReadOnlyMemory<byte> Encode(JsonNode body)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Compact))
            body.WriteTo(writer);
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
