using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Finds whom a content pings, as far as allowed_mentions lets it ("Message", Allowed Mentions Object).</summary>
internal static partial class Mentions
{
    public static void Check(JsonObject? allowed, FormErrors errors, string path)
    {
        if (allowed is null) return;
        var parse = Strings(allowed["parse"]);
        foreach (var type in parse.Where(t => t is not ("roles" or "users" or "everyone")))
            errors.Choice($"{path}.parse", $"'roles', 'users', 'everyone' (not {type})");
        foreach (var kind in new[] { "users", "roles" })
        {
            if (Strings(allowed[kind]).Length > 100)
                errors.Add($"{path}.{kind}", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.");
            if (parse.Contains(kind) && Strings(allowed[kind]).Length > 0)
                errors.Add(
                    path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", $"parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
        }
    }

    public static ImmutableArray<string> Find(string content, JsonObject? allowed, DiscordChannel channel)
    {
        bool Lets(string kind, string id) =>
            allowed is null || Strings(allowed["parse"]).Contains(kind) || Strings(allowed[kind]).Contains(id);
        var pinged = new List<string>();
        if (channel.Guild is not null && Lets("everyone", "")) pinged.AddRange(Everyone().Matches(content).Select(m => m.Value));
        pinged.AddRange(User().Matches(content).Where(m => Lets("users", m.Groups[1].Value)).Select(m => $"<@{m.Groups[1].Value}>"));
        pinged.AddRange(Role().Matches(content).Where(m => Lets("roles", m.Groups[1].Value)).Select(m => m.Value));
        return [.. pinged.Distinct()];
    }

    private static string[] Strings(JsonNode? list) => [.. (list as JsonArray ?? []).Select(n => n?.ToString() ?? "")];

    [GeneratedRegex("@everyone|@here")]
    private static partial Regex Everyone();

    [GeneratedRegex("<@!?([0-9]+)>")]
    private static partial Regex User();

    [GeneratedRegex("<@&([0-9]+)>")]
    private static partial Regex Role();
}
