using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// The parameters of a call from the four places the Bot API takes them: query string, form, multipart form and JSON body
/// (Bot API, "Making requests"). In forms, objects come as JSON in a string; so may they in a JSON body.
/// </summary>
internal sealed class ApiRequest
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, string? Type, byte[] Bytes)> _files = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Values => _values;

    public IReadOnlyDictionary<string, (string Name, string? Type, byte[] Bytes)> Files => _files;

    public static async Task<ApiRequest> ReadAsync(HttpRequest http)
    {
        var request = new ApiRequest();
        foreach (var (name, value) in http.Query) request._values[name] = value.ToString();
        if (http.HasFormContentType) await request.ReadFormAsync(http);
        else if (http.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true) await request.ReadJsonAsync(http);
        return request;
    }

    public static ApiRequest Of(JsonObject fields)
    {
        var request = new ApiRequest();
        request.Take(fields);
        return request;
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool Flag(string name) => Text(name) is { } text
        && (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text is "1" or "yes");

    /// <summary>Null when absent or empty; refuses what is not JSON.</summary>
    public JsonNode? Json(string name, string what)
    {
        if (Text(name) is not { Length: > 0 } text) return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw ApiRefusal.Bad($"can't parse {what} JSON object");
        }
    }

    private async Task ReadFormAsync(HttpRequest http)
    {
        var form = await http.ReadFormAsync();
        foreach (var (name, value) in form) _values[name] = value.ToString();
        foreach (var file in form.Files)
        {
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy);
            _files[file.Name] = (Path.GetFileName(file.FileName), file.ContentType, copy.ToArray());
        }
    }

    private async Task ReadJsonAsync(HttpRequest http)
    {
        using var reader = new StreamReader(http.Body);
        var body = await reader.ReadToEndAsync();
        if (body.Length == 0) return;
        try
        {
            if (JsonNode.Parse(body) is JsonObject fields) Take(fields);
        }
        catch (JsonException)
        {
            throw ApiRefusal.Bad("can't parse JSON object");
        }
        catch (InvalidOperationException)
        {
            throw ApiRefusal.Bad("strings must be encoded in UTF-8");
        }
    }

    private void Take(JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value is null) continue;
            _values[name] = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        }
    }
}
