using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Reads embeds within their limits ("Message", Embed Limits); the sum over all embeds of a message is 6000 characters.</summary>
internal static class EmbedRules
{
    public static ImmutableArray<DiscordEmbed> Read(JsonObject body, FormErrors errors, string path)
    {
        var sum = 0;
        var embeds = ImmutableArray.CreateBuilder<DiscordEmbed>();
        foreach (var (json, at) in errors.Objects(body, "embeds", path, 10)) embeds.Add(Embed(json, errors, at, ref sum));
        if (sum > 6000)
            errors.Add(FormErrors.Join(path, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
        return embeds.ToImmutable();
    }

    private static DiscordEmbed Embed(JsonObject json, FormErrors errors, string at, ref int sum)
    {
        var title = errors.Text(json, "title", at, 0, 256);
        var description = errors.Text(json, "description", at, 0, 4096);
        var footer = Part(json, "footer", "text", 2048, errors, at);
        var author = Part(json, "author", "name", 256, errors, at);
        var fields = ImmutableArray.CreateBuilder<DiscordField>();
        foreach (var (field, place) in errors.Objects(json, "fields", at, 25))
        {
            var name = errors.Text(field, "name", place, 1, 256, required: true) ?? "";
            var value = errors.Text(field, "value", place, 1, 1024, required: true) ?? "";
            fields.Add(new(name, value, field["inline"] is JsonValue inline && inline.TryGetValue(out bool yes) && yes));
            sum += Length(name) + Length(value);
        }
        sum += Length(title) + Length(description) + Length(footer) + Length(author);
        if (json["color"] is JsonValue color && (!color.TryGetValue(out int number) || number is < 0 or > 0xFFFFFF))
            errors.Add($"{at}.color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.");
        Address(json, errors, at);
        return new(title, description, fields.ToImmutable(), Color(json), json.ToJsonString());
    }

    private static string? Part(JsonObject json, string part, string name, int most, FormErrors errors, string at) =>
        json[part] is JsonObject inner ? errors.Text(inner, name, $"{at}.{part}", 1, most, required: true) : null;

    private static int? Color(JsonObject json) => json["color"] is JsonValue color && color.TryGetValue(out int number) ? number : null;

    private static void Address(JsonObject json, FormErrors errors, string at)
    {
        if (errors.Text(json, "url", at, 0, 2048) is { Length: > 0 } url
            && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            errors.Add($"{at}.url", "URL_TYPE_INVALID_URL", "Not a well formed URL.");
    }

    private static int Length(string? text) => text is null ? 0 : FormErrors.Points(text);
}
