namespace ChatOps.Testing.Discord.Server;

/// <summary>Every route there is.</summary>
internal static class RouteCatalog
{
    public static IReadOnlyList<Route> All { get; } =
    [
        Get("gateway", GatewayRoutes.Get),
        Get("gateway/bot", GatewayRoutes.GetBot),
        Get("users/@me", UserRoutes.Me),
        Get("users/@me/guilds", UserRoutes.Guilds),
        new("POST", "users/@me/channels", l => l.Everything, "dm", UserRoutes.OpenDirectMessage),
        Get("applications/@me", UserRoutes.Application),
        Get("oauth2/applications/@me", UserRoutes.Application),
        Get("guilds/{guild}", GuildRoutes.Get),
        Get("guilds/{guild}/roles", GuildRoutes.Roles),
        Get("guilds/{guild}/channels", GuildRoutes.Channels),
        Get("guilds/{guild}/members/{user}", GuildRoutes.Member),
        .. Commands("applications/{app}/commands"),
        .. Commands("applications/{app}/guilds/{guild}/commands"),
        Get("channels/{channel}", ChannelRoutes.Get),
        new("PATCH", "channels/{channel}", l => l.Everything, "channel", ChannelRoutes.Edit),
        new("POST", "channels/{channel}/threads", l => l.Everything, "thread", ChannelRoutes.StartThread),
        new("POST", "channels/{channel}/messages/{message}/threads", l => l.Everything, "thread", ChannelRoutes.StartThread),
        new("POST", "channels/{channel}/typing", l => l.Everything, "typing", ChannelRoutes.Typing),
        Get("channels/{channel}/messages", MessageRoutes.List),
        Get("channels/{channel}/messages/{message}", MessageRoutes.Get),
        new("POST", "channels/{channel}/messages", l => l.Messages, "message", MessageRoutes.Create),
        new("PATCH", "channels/{channel}/messages/{message}", l => l.Edits, "edit", MessageRoutes.Edit),
        new("DELETE", "channels/{channel}/messages/{message}", l => l.Deletes, "delete", MessageRoutes.Delete),
        new("POST", "interactions/{interaction}/{token}/callback", l => l.Webhooks, "callback", CallbackRoute.Answer),
        new("POST", "webhooks/{app}/{token}", l => l.Webhooks, "webhook", WebhookRoutes.Create),
        new("GET", "webhooks/{app}/{token}/messages/{message}", l => l.Webhooks, "webhook", WebhookRoutes.Get),
        new("PATCH", "webhooks/{app}/{token}/messages/{message}", l => l.Webhooks, "webhook", WebhookRoutes.Edit),
        new("DELETE", "webhooks/{app}/{token}/messages/{message}", l => l.Webhooks, "webhook", WebhookRoutes.Delete),
    ];

    private static Route Get(string path, Handler run) => new("GET", path, l => l.Everything, $"get {path}", run);

    private static Route[] Commands(string path) =>
    [
        new("GET", path, l => l.Commands, $"list {path}", CommandRoutes.List),
        new("PUT", path, l => l.Commands, $"overwrite {path}", CommandRoutes.Overwrite),
        new("POST", path, l => l.Commands, $"create {path}", CommandRoutes.Create),
        new("GET", $"{path}/{{command}}", l => l.Commands, $"get {path}", CommandRoutes.Get),
        new("PATCH", $"{path}/{{command}}", l => l.Commands, $"edit {path}", CommandRoutes.Edit),
        new("DELETE", $"{path}/{{command}}", l => l.Commands, $"delete {path}", CommandRoutes.Delete),
    ];
}
