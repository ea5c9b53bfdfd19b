using System.Text.Json.Serialization;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;

namespace ChatOps.Bot.Platforms.Web;

/// <summary>What the page and the bot say to each other.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(WebMessage))]
[JsonSerializable(typeof(Card))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(TypedText))]
[JsonSerializable(typeof(PressedButton))]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(IReadOnlyList<Suggestion>))]
[JsonSerializable(typeof(IReadOnlyList<TimelineLane>))]
internal sealed partial class WebJson : JsonSerializerContext;

internal sealed record SessionAnswer(IReadOnlyList<string> Accounts, string Channel);

/// <param name="Id">Chosen by the browser, so that a repeated post is recognised.</param>
/// <param name="As">One of the session's accounts.</param>
internal sealed record TypedText(string Id, string Text, string As);

internal sealed record PressedButton(string Id, string Message, string Action, string As);

/// <summary>A sentence for whoever did something, and nobody else.</summary>
internal sealed record Notice(string? Text);

internal sealed record TimelineLane(string Target, IReadOnlyList<TimelinePoint> Points);

/// <param name="Kind"><c>snapshot</c> or <c>change</c>.</param>
/// <param name="State"><c>good</c>, <c>bad</c> or <c>open</c>.</param>
internal sealed record TimelinePoint(string Kind, string State, DateTimeOffset At, string Label);
