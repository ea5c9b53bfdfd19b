using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>answerCallbackQuery: once, in time, and with at most 200 characters.</summary>
internal static class CallbackMethods
{
    public static JsonNode Answer(World world, ApiRequest request)
    {
        var query = request.Text("callback_query_id") ?? "";
        if (!world.Presses.TryGetValue(query, out var press) || press.Answered
            || world.Time.GetUtcNow() - press.At > world.Options.CallbackLifetime)
            throw ApiRefusal.Bad("query is too old and response timeout expired or query ID is invalid");
        var text = request.Text("text");
        if (text?.Length > 200) throw ApiRefusal.Bad("MESSAGE_TOO_LONG");
        press.TryAnswer(new(text is { Length: > 0 } ? text : null, request.Flag("show_alert"), request.Text("url")));
        world.Pulse.Beat();
        return true;
    }
}
