using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord;

/// <summary>How a message looked from a moment on.</summary>
public sealed record DiscordMessageVersion(
    string Content,
    ImmutableArray<DiscordEmbed> Embeds,
    ImmutableArray<ImmutableArray<DiscordComponent>> Rows,
    ImmutableArray<DiscordAttachment> Attachments,
    DateTimeOffset At);

/// <summary>A box in a message ("Message", Embed Object).</summary>
public sealed record DiscordEmbed(string? Title, string? Description, ImmutableArray<DiscordField> Fields, int? Color, string Json)
{
    public string? Footer => (string?)JsonNode.Parse(Json)!["footer"]?["text"];

    public string? Author => (string?)JsonNode.Parse(Json)!["author"]?["name"];

    public string Text => string.Join('\n', new[] { Author, Title, Description }
        .Concat(Fields.Select(f => $"{f.Name}: {f.Value}")).Append(Footer).Where(t => !string.IsNullOrEmpty(t)));
}

public sealed record DiscordField(string Name, string Value, bool Inline);

/// <summary>A button (2) or a string select (3) in an action row ("Component Reference").</summary>
public sealed record DiscordComponent(int Type, string? Label, string? CustomId, int Style, string? Url, bool Disabled, string Json);

/// <summary>A file that came with a message ("Message", Attachment Object).</summary>
public sealed record DiscordAttachment(ulong Id, string Name, string? ContentType, string? Description, ReadOnlyMemory<byte> Bytes)
{
    public string AsText => System.Text.Encoding.UTF8.GetString(Bytes.Span);
}
