using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>
/// What remains of a text when Telegram has taken it in: markup read, control characters made spaces, trimmed, entities in their
/// documented order and nesting, and what Telegram finds by itself marked (Bot API, "Formatting options" and MessageEntity).
/// </summary>
internal static partial class RichText
{
    private static readonly HashSet<string> Alone = ["code", "pre"];

    public static (string Text, ImmutableArray<TelegramEntity> Entities) Read(ApiRequest request, string field, string entitiesField)
    {
        var raw = (request.Text(field) ?? "").Replace("\r", "", StringComparison.Ordinal);
        var mode = request.Text("parse_mode") ?? "";
        if (mode.Length > 0 && !mode.Equals("HTML", StringComparison.OrdinalIgnoreCase)) throw ApiRefusal.Bad("unsupported parse_mode");
        var (text, entities) = mode.Length > 0 ? HtmlReader.Read(raw) : (raw, Given(request.Json(entitiesField, "entities"), raw.Length));
        return Tidy(text, entities);
    }

    /// <summary>What a person typed.</summary>
    public static (string Text, ImmutableArray<TelegramEntity> Entities) Typed(string text) => Tidy(text, []);

    private static (string, ImmutableArray<TelegramEntity>) Tidy(string text, List<TelegramEntity> entities)
    {
        var clean = string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++) target[i] = source[i] < ' ' && source[i] != '\n' ? ' ' : source[i];
        });
        var start = clean.Length - clean.TrimStart().Length;
        clean = clean.Trim();
        var kept = entities.Select(e => Clip(e, start, clean.Length)).Where(e => e.Length > 0).ToList();
        kept = Nest(kept);
        kept.AddRange(Found(clean).Where(f => !kept.Any(e => Overlap(e, f) && e.Type is "code" or "pre" or "text_link" or "text_mention"
            || Overlap(e, f) && e.Type == f.Type)));
        return (clean, [.. kept.OrderBy(e => e.Offset).ThenByDescending(e => e.Length)]);
    }

    private static TelegramEntity Clip(TelegramEntity entity, int start, int length)
    {
        var from = Math.Clamp(entity.Offset - start, 0, length);
        return entity with { Offset = from, Length = Math.Clamp(entity.End - start, 0, length) - from };
    }

    /// <summary>Nothing goes with code or pre; links and quotes do not contain their own kind; neighbours of one kind become one.</summary>
    private static List<TelegramEntity> Nest(List<TelegramEntity> entities)
    {
        var alone = entities.Where(e => Alone.Contains(e.Type)).OrderBy(e => e.Offset).ThenByDescending(e => e.Length)
            .Aggregate(new List<TelegramEntity>(), (kept, e) =>
            {
                if (!kept.Any(k => Overlap(k, e))) kept.Add(e);
                return kept;
            });
        var others = entities.Where(e => !Alone.Contains(e.Type)).SelectMany(e => Without(e, alone));
        List<TelegramEntity> result = [.. alone];
        foreach (var kind in others.GroupBy(e => e with { Offset = 0, Length = 0 }))
        {
            TelegramEntity? last = null;
            foreach (var entity in kind.OrderBy(e => e.Offset))
            {
                if (last is not null && entity.Offset <= last.End) result.Remove(last);
                last = last is not null && entity.Offset <= last.End
                    ? last with { Length = Math.Max(last.End, entity.End) - last.Offset } : entity;
                result.Add(last);
            }
        }
        return result;
    }

    private static IEnumerable<TelegramEntity> Without(TelegramEntity entity, List<TelegramEntity> holes)
    {
        var from = entity.Offset;
        foreach (var hole in entity.Type.Contains("blockquote", StringComparison.Ordinal) ? [] : holes.Where(h => Overlap(entity, h)))
        {
            if (hole.Offset > from) yield return entity with { Offset = from, Length = hole.Offset - from };
            from = Math.Max(from, hole.End);
        }
        if (entity.End > from) yield return entity with { Offset = from, Length = entity.End - from };
    }

    private static bool Overlap(TelegramEntity one, TelegramEntity other) => one.Offset < other.End && other.Offset < one.End;

    private static IEnumerable<TelegramEntity> Found(string text) =>
        Command().Matches(text).Select(m => new TelegramEntity("bot_command", m.Index, m.Length))
            .Concat(Mention().Matches(text).Select(m => new TelegramEntity("mention", m.Index, m.Length)))
            .Concat(Address().Matches(text).Where(m => Links.Normal(m.Value) is not null)
                .Select(m => new TelegramEntity("url", m.Index, m.Length)));

    private static List<TelegramEntity> Given(JsonNode? entities, int length)
    {
        List<TelegramEntity> given = [];
        foreach (var json in entities as JsonArray ?? [])
        {
            if (json is not JsonObject one || one["type"]?.GetValueKind() != JsonValueKind.String)
                throw ApiRefusal.Bad("can't parse MessageEntity: Can't find field \"type\"");
            var entity = new TelegramEntity((string)one["type"]!, (int?)one["offset"] ?? 0, (int?)one["length"] ?? 0)
            {
                Url = (string?)one["url"],
                Language = (string?)one["language"],
                CustomEmojiId = (string?)one["custom_emoji_id"],
            };
            if (entity.Offset < 0) throw ApiRefusal.Bad($"receive an entity with incorrect offset {entity.Offset}");
            if (entity.Offset > length) throw ApiRefusal.Bad($"entity begins after the end of the text at UTF-16 offset {entity.Offset}");
            if (entity.End > length)
            {
                throw ApiRefusal.Bad($"entity beginning at UTF-16 offset {entity.Offset}"
                    + $" ends after the end of the text at UTF-16 offset {entity.End}");
            }
            given.Add(entity);
        }
        return given;
    }

    [GeneratedRegex(@"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)")]
    private static partial Regex Mention();

    [GeneratedRegex(@"(?<!\w)https?://[^\s<>""']*[^\s<>""'.,;:!?)\]]", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
