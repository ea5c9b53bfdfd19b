using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Reads and sets entries of <c>status.conditions</c>; lastTransitionTime moves only when the status does.</summary>
internal static class Conditions
{
    public static JsonObject? Condition(this JsonNode? status, string type) =>
        status.ItemsAt("conditions").FirstOrDefault(one => one.Text("type") == type);

    public static void SetCondition(
        this JsonObject status, string type, string value, string reason, string message, string now, bool touch = false)
    {
        var conditions = status["conditions"] as JsonArray;
        if (conditions is null)
            status["conditions"] = conditions = [];
        var old = status.Condition(type);
        if (old is not null && old.Text("status") == value && (old.Text("reason") ?? "") == reason
            && (old.Text("message") ?? "") == message && !touch)
            return;
        var entry = new JsonObject { ["type"] = type, ["status"] = value };
        if (reason.Length > 0)
            entry["reason"] = reason;
        if (message.Length > 0)
            entry["message"] = message;
        entry["lastTransitionTime"] = old?.Text("status") == value ? old["lastTransitionTime"]?.DeepClone() : now;
        if (touch)
            entry["lastUpdateTime"] = now;
        else if (old?["lastUpdateTime"] is { } kept)
            entry["lastUpdateTime"] = kept.DeepClone();
        if (old is null)
            conditions.Add(entry);
        else
            conditions[conditions.IndexOf(old)] = entry;
    }
}
