using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Discord.Server;

/// <summary>A request with its ids, its JSON (from the body or payload_json) and its files ("API Reference", Uploading Files).</summary>
internal sealed class ApiRequest
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public required DiscordCall Call { get; init; }

    public required IQueryCollection Query { get; init; }

    public string? Authorization { get; init; }

    public JsonNode? Json { get; private set; }

    /// <summary>files[n] by n.</summary>
    public Dictionary<int, (string Name, string? Type, byte[] Bytes)> Files { get; } = [];

    /// <summary>200, or what a route sets; 204 when it answers nothing.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The body could not be read as JSON.</summary>
    public bool Unreadable { get; private set; }

    public JsonObject Body => Json as JsonObject ?? throw ApiRefusal.Malformed();

    public string this[string name] => _values[name];

    public ulong Id(string name) => ulong.TryParse(_values[name], out var id) ? id : 0;

    public bool Has(string name) => _values.ContainsKey(name);

    public bool Flag(string name) => Query[name].ToString() is "true" or "True" or "1";

    public void Fill(IEnumerable<KeyValuePair<string, string>> values)
    {
        foreach (var (name, value) in values) _values[name] = value;
    }

    public async Task ReadAsync(HttpRequest http)
    {
        if (http.HasFormContentType)
        {
            var form = await http.ReadFormAsync();
            Parse(form["payload_json"].ToString());
            foreach (var file in form.Files) await TakeAsync(file);
            return;
        }
        using var reader = new StreamReader(http.Body);
        Parse(await reader.ReadToEndAsync());
    }

    private async Task TakeAsync(IFormFile file)
    {
        if (!int.TryParse(file.Name.Replace("files[", "", StringComparison.Ordinal).TrimEnd(']'), out var n)) return;
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy);
        Files[n] = (Path.GetFileName(file.FileName), file.ContentType, copy.ToArray());
    }

    private void Parse(string text)
    {
        Call.Body = text;
        if (text.Length == 0) return;
        try
        {
            Json = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            Unreadable = true;
        }
    }
}
