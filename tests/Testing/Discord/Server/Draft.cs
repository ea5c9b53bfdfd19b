using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>What a body says about a message, read and checked as for Create Message ("Message"); null where it says nothing.</summary>
internal sealed record Draft
{
    private const int Ephemeral = 64;
    private const int Silent = 4096;
    private const int NoEmbeds = 4;

    public string? Content { get; private init; }

    public ImmutableArray<DiscordEmbed>? Embeds { get; private init; }

    public ImmutableArray<ImmutableArray<DiscordComponent>>? Rows { get; private init; }

    /// <summary>Attachments that stay, when the body lists them.</summary>
    public ImmutableArray<ulong>? Keeps { get; private init; }

    public ImmutableArray<DiscordAttachment> Added { get; private init; } = [];

    public int Flags { get; private init; }

    public JsonObject? AllowedMentions { get; private init; }

    /// <param name="path">Where the message stands in the body: empty, or data in an interaction callback.</param>
    public static Draft Read(World world, ApiRequest request, JsonObject body, string path = "", bool interaction = false)
    {
        var errors = new FormErrors();
        var listed = Listed(body, errors, path);
        var draft = new Draft
        {
            Content = body.ContainsKey("content") ? errors.Text(body, "content", path, 0, 2000)?.Trim() ?? "" : null,
            Embeds = body.ContainsKey("embeds") ? EmbedRules.Read(body, errors, path) : null,
            Rows = body.ContainsKey("components") ? ComponentRules.Read(body, errors, path) : null,
            Keeps = body.ContainsKey("attachments") ? [.. listed.Select(a => a.Id).Where(id => id > 1000)] : null,
            Added = [.. request.Files.OrderBy(f => f.Key).Select(f => File(world, f.Key, f.Value, listed))],
            Flags = body["flags"] is JsonValue value && value.TryGetValue(out int flags) ? flags : 0,
            AllowedMentions = body["allowed_mentions"] as JsonObject,
        };
        if ((draft.Flags & ~(NoEmbeds | Silent | (interaction ? Ephemeral : 0))) != 0)
            errors.Add(FormErrors.Join(path, "flags"), "MESSAGE_FLAGS_INVALID", "Flags must be one of the settable ones.");
        if (draft.Added.Length > 10)
            errors.Add(FormErrors.Join(path, "attachments"), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
        Mentions.Check(draft.AllowedMentions, errors, FormErrors.Join(path, "allowed_mentions"));
        errors.ThrowIfAny();
        return draft;
    }

    public DiscordMessageVersion First(DateTimeOffset at)
    {
        var version = new DiscordMessageVersion(Content ?? "", Embeds ?? [], Rows ?? [], Added, at);
        ThrowIfEmpty(version);
        return version;
    }

    /// <summary>Edits leave alone what the body does not name.</summary>
    public DiscordMessageVersion Next(DiscordMessageVersion before, DateTimeOffset at)
    {
        var kept = Keeps is { } ids ? [.. before.Attachments.Where(a => ids.Contains(a.Id))] : before.Attachments;
        var version = new DiscordMessageVersion(
            Content ?? before.Content, Embeds ?? before.Embeds, Rows ?? before.Rows, [.. kept, .. Added], at);
        ThrowIfEmpty(version);
        return version;
    }

    private static void ThrowIfEmpty(DiscordMessageVersion version)
    {
        if (version.Content.Length + version.Embeds.Length + version.Rows.Length + version.Attachments.Length == 0)
            throw new ApiRefusal(400, 50006, "Cannot send an empty message");
    }

    private static List<(ulong Id, JsonObject Json)> Listed(JsonObject body, FormErrors errors, string path) => [.. errors
        .Objects(body, "attachments", path, 10)
        .Select(a => (ulong.TryParse(a.Item["id"]?.ToString(), out var id) ? id : 0, a.Item))];

    private static DiscordAttachment File(
        World world, int n, (string Name, string? Type, byte[] Bytes) file, List<(ulong Id, JsonObject Json)> listed)
    {
        var said = listed.Find(a => a.Id == (ulong)n).Json;
        return new(world.Ids.Next(), (string?)said?["filename"] ?? file.Name, file.Type, (string?)said?["description"], file.Bytes);
    }
}
