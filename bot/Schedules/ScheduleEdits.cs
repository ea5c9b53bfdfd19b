using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Bot.Schedules;

/// <summary>When somebody last wrote what says when a schedule's moments come, as <c>metadata.managedFields</c> tells; pure.</summary>
/// <remarks>
/// A bot that was away during an edit sees only that there was one. Counting from its return would hide what it missed after the edit.
/// </remarks>
internal static class ScheduleEdits
{
    private static readonly string[] Fields = ["f:schedule", "f:timeZone", "f:suspend"];

    /// <summary>Not before the edit: the same writer may have written other fields since. Null where nothing tells of one.</summary>
    /// <param name="schedule">As the API server has it, whole.</param>
    public static DateTimeOffset? Newest(JsonObject schedule) =>
        (schedule["metadata"]?["managedFields"] as JsonArray ?? []).Where(IsOfMoments).Max(TimeOf);

    private static bool IsOfMoments(JsonNode? entry) =>
        (entry?["fieldsV1"] as JsonObject)?["f:spec"] is JsonObject spec && Fields.Any(spec.ContainsKey);

    private static DateTimeOffset? TimeOf(JsonNode? entry) =>
        DateTimeOffset.TryParse(
            (string?)entry?["time"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
