using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>The registered commands of each scope: 0 for global ones, else the guild's id.</summary>
internal sealed class CommandBook
{
    private readonly Dictionary<ulong, List<JsonObject>> _scopes = [];

    public List<JsonObject> In(ulong scope) => _scopes.TryGetValue(scope, out var list) ? list : _scopes[scope] = [];

    /// <summary>What the person is offered under a slash there: the guild's own first, then global ones.</summary>
    public IEnumerable<JsonObject> Offered(DiscordChannel channel, DiscordPerson person)
    {
        IEnumerable<JsonObject> own = channel.Guild is { } guild ? In(guild.Id) : [];
        return own.Concat(In(0).Where(c => Fits(c, channel)))
            .Where(c => CommandRules.Type(c) == 1 && Lets(c, channel, person));
    }

    private static bool Fits(JsonObject command, DiscordChannel channel)
    {
        if (command["contexts"] is JsonArray contexts) return contexts.Any(c => (int)c! == (channel.Guild is null ? 1 : 0));
        return channel.Guild is not null || command["dm_permission"] is null || ComponentRules.Flag(command, "dm_permission");
    }

    private static bool Lets(JsonObject command, DiscordChannel channel, DiscordPerson person)
    {
        if (channel.Guild is not { } guild || command["default_member_permissions"] is not { } asked) return true;
        var bits = ulong.Parse(asked.ToString());
        var has = guild.PermissionsOf(person);
        return has == Permissions.All || (bits != 0 && (has & bits) == bits);
    }
}
