using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>What goes back: JSON or a page.</summary>
internal sealed record Answer(int Status, JsonNode? Body = null, string? Page = null, RateVerdict? Verdict = null)
{
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>What it tells the bot about its limit.</summary>
    public DateTimeOffset? WaitUntil { get; init; }
}
