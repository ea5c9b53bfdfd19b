using System.Collections.Immutable;

namespace ChatOps.Testing.Discord;

/// <summary>A form the bot showed ("Receiving and Responding", Modal).</summary>
public sealed record DiscordModal(DiscordInteraction ShownFor, string CustomId, string Title, ImmutableArray<DiscordTextInput> Inputs);

/// <summary>A field of a form ("Component Reference", Text Input).</summary>
public sealed record DiscordTextInput(
    string CustomId, string Label, bool Paragraph, bool Required, int MinLength, int MaxLength, string? Value, string? Placeholder)
{
    /// <summary>It sits in a Label (18) rather than in an action row (1).</summary>
    internal bool InLabel { get; init; }
}
