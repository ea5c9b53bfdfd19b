using System.Collections.Immutable;

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
