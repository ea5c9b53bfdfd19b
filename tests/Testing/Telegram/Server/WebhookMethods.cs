using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>setWebhook, deleteWebhook, getWebhookInfo. As a local Bot API server does, this one also takes http and any port.</summary>
internal static partial class WebhookMethods
{
    public static JsonNode Set(World world, ApiRequest request, Func<JsonObject, Task> onReply)
    {
        var url = request.Text("url") ?? "";
        if (url.Length == 0) return Delete(world, request);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw ApiRefusal.Bad("bad webhook: An HTTPS URL must be provided for webhook");
        if (uri.Scheme == "http" && !uri.IsLoopback) throw ApiRefusal.Bad("bad webhook: An HTTPS URL must be provided for webhook");
        var secret = request.Text("secret_token");
        if (secret?.Length > 256) throw ApiRefusal.Bad("secret token is too long");
        if (secret is { Length: > 0 } && !Secret().IsMatch(secret)) throw ApiRefusal.Bad("secret token contains unallowed characters");
        if (request.Flag("drop_pending_updates")) world.Updates.DropAll();
        world.Updates.Allow(request.Json("allowed_updates", "allowed_updates"));
        world.Updates.EndPollForWebhook();
        world.Webhook?.Dispose();
        var connections = (int)Math.Clamp(request.Number("max_connections") ?? 40, 1, 100);
        world.Webhook = new(world, url, secret is { Length: > 0 } ? secret : null, connections) { OnReply = onReply };
        return true;
    }

    public static JsonNode Delete(World world, ApiRequest request)
    {
        world.Webhook?.Dispose();
        world.Webhook = null;
        if (request.Flag("drop_pending_updates")) world.Updates.DropAll();
        return true;
    }

    public static JsonNode Info(World world, ApiRequest request)
    {
        var info = new JsonObject
        {
            ["url"] = world.Webhook?.Url ?? "",
            ["has_custom_certificate"] = false,
            ["pending_update_count"] = world.Updates.PendingCount,
        };
        if (world.Webhook is { } webhook) info["max_connections"] = webhook.MaxConnections;
        if (world.Webhook?.LastError is { } error)
        {
            info["last_error_date"] = error.At.ToUnixTimeSeconds();
            info["last_error_message"] = error.Why;
        }
        if (world.Updates.Allowed is { } allowed) info["allowed_updates"] = new JsonArray([.. allowed.Select(t => (JsonNode)t)]);
        return info;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,256}$")]
    private static partial Regex Secret();
}
