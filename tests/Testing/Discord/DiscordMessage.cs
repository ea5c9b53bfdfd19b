using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord;

/// <summary>A message with every version it had ("Message", Message Structure).</summary>
public sealed class DiscordMessage
{
    internal DiscordMessage(DiscordChannel channel, ulong id, DiscordMessageVersion first)
    {
        (Channel, Id) = (channel, id);
        Versions = [first];
    }

    public DiscordChannel Channel { get; }

    public ulong Id { get; }

    /// <summary>Null when the bot said it.</summary>
    public DiscordPerson? From { get; internal init; }

    /// <summary>The interaction this answers or follows up.</summary>
    public DiscordInteraction? Interaction { get; internal init; }

    /// <summary>The message this one replies to.</summary>
    public ulong? ReplyTo { get; internal init; }

    /// <summary>The thread started from it.</summary>
    public DiscordChannel? Thread { get; internal set; }

    public string? Nonce { get; internal init; }

    public int Flags { get; internal set; }

    /// <summary>Only the person of <see cref="Interaction"/> sees it.</summary>
    public bool Ephemeral => (Flags & 64) != 0;

    /// <summary>A deferred answer that still says "thinking…".</summary>
    public bool Thinking => (Flags & 128) != 0;

    /// <summary>Whom it pinged when it was made, such as @everyone, @here, &lt;@id&gt; and &lt;@&amp;id&gt;; edits ping nobody.</summary>
    public ImmutableArray<string> Pinged { get; internal set; } = [];

    /// <summary>Oldest first; the last is what people see now.</summary>
    public ImmutableList<DiscordMessageVersion> Versions { get; internal set; }

    public bool Deleted { get; internal set; }

    public DiscordMessageVersion Now => Versions[^1];

    public string Content => Now.Content;

    public ImmutableArray<DiscordEmbed> Embeds => Now.Embeds;

    public ImmutableArray<DiscordAttachment> Attachments => Now.Attachments;

    /// <summary>Buttons and menus, row by row in one list.</summary>
    public IEnumerable<DiscordComponent> Components => Now.Rows.SelectMany(row => row);

    public IEnumerable<DiscordComponent> Buttons => Components.Where(c => c.Type == 2);

    /// <summary>Everything a person reads: content and embeds, line by line.</summary>
    public string Text => string.Join('\n', new[] { Content }.Concat(Embeds.Select(e => e.Text)).Where(t => t.Length > 0));

    public DateTimeOffset Date => Versions[0].At;

    public override string ToString() => $"{Channel.Id}/{Id} {(From?.Username ?? "bot")}: {Text}";
}

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
