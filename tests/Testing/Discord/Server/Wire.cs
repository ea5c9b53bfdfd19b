using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Discord's objects in JSON ("User", "Guild", "Channel", "Permissions").</summary>
internal static class Wire
{
    public static JsonObject User(DiscordPerson person) => new()
    {
        ["id"] = $"{person.Id}",
        ["username"] = person.Username,
        ["discriminator"] = "0",
        ["global_name"] = person.GlobalName,
        ["avatar"] = null,
        ["public_flags"] = 0,
    };

    public static JsonObject Member(DiscordGuild guild, DiscordPerson person)
    {
        var json = Member(guild.Members[person]);
        json["user"] = User(person);
        json["permissions"] = $"{guild.PermissionsOf(person)}";
        return json;
    }

    public static JsonObject Member(IEnumerable<DiscordRole> roles) => new()
    {
        ["nick"] = null,
        ["avatar"] = null,
        ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)$"{r.Id}")]),
        ["joined_at"] = "2026-01-01T00:00:00.000000+00:00",
        ["premium_since"] = null,
        ["deaf"] = false,
        ["mute"] = false,
        ["pending"] = false,
        ["flags"] = 0,
    };

    public static JsonObject Role(DiscordGuild guild, DiscordRole role) => new()
    {
        ["id"] = $"{role.Id}",
        ["name"] = role.Name,
        ["color"] = 0,
        ["hoist"] = false,
        ["position"] = guild.Roles.IndexOf(role),
        ["permissions"] = $"{role.Permissions}",
        ["managed"] = false,
        ["mentionable"] = true,
        ["flags"] = 0,
    };

    public static JsonArray Roles(DiscordGuild guild) => new([.. guild.Roles.Select(role => (JsonNode)Role(guild, role))]);

    public static JsonObject Guild(DiscordGuild guild) => new()
    {
        ["id"] = $"{guild.Id}",
        ["name"] = guild.Name,
        ["icon"] = null,
        ["splash"] = null,
        ["owner_id"] = $"{guild.Owner.Id}",
        ["afk_timeout"] = 300,
        ["verification_level"] = 0,
        ["default_message_notifications"] = 1,
        ["explicit_content_filter"] = 0,
        ["mfa_level"] = 0,
        ["nsfw_level"] = 0,
        ["premium_tier"] = 0,
        ["preferred_locale"] = "en-US",
        ["system_channel_flags"] = 0,
        ["features"] = new JsonArray(),
        ["emojis"] = new JsonArray(),
        ["stickers"] = new JsonArray(),
        ["roles"] = Roles(guild),
    };

    /// <summary>What GUILD_CREATE adds ("Gateway Events", Guild Create Extra Fields).</summary>
    public static JsonObject GuildCreate(World world, DiscordGuild guild)
    {
        var json = Guild(guild);
        var me = Member([]);
        me["user"] = world.Me();
        json["joined_at"] = "2026-01-01T00:00:00.000000+00:00";
        json["large"] = false;
        json["unavailable"] = false;
        json["member_count"] = guild.Members.Count + 1;
        json["members"] = new JsonArray(me);
        json["channels"] = Channels(world, guild.Channels.Where(c => c.Parent is null));
        json["threads"] = Channels(world, guild.Channels.Where(c => c.Parent is not null && !c.Archived));
        foreach (var list in new[] { "voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds" })
            json[list] = new JsonArray();
        return json;
    }

    public static JsonObject Channel(World world, DiscordChannel channel)
    {
        var json = new JsonObject { ["id"] = $"{channel.Id}", ["type"] = channel.Type, ["flags"] = 0 };
        var last = channel.Messages.LastOrDefault();
        json["last_message_id"] = last is null ? null : $"{last.Id}";
        if (channel.Person is { } person)
        {
            json["recipients"] = new JsonArray(User(person));
            return json;
        }
        json["guild_id"] = $"{channel.Guild!.Id}";
        json["name"] = channel.Name;
        json["parent_id"] = channel.Parent is null ? null : $"{channel.Parent.Id}";
        json["rate_limit_per_user"] = 0;
        if (channel.Parent is null)
        {
            json["topic"] = null;
            json["nsfw"] = false;
            json["position"] = channel.Guild.Channels.IndexOf(channel);
            json["permission_overwrites"] = new JsonArray();
        }
        else
        {
            Thread(world, channel, json);
        }
        return json;
    }

    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture) + "+00:00";

    private static void Thread(World world, DiscordChannel thread, JsonObject json)
    {
        json["owner_id"] = $"{world.BotId}";
        json["message_count"] = thread.Messages.Count;
        json["total_message_sent"] = thread.Messages.Count;
        json["member_count"] = 1;
        json["thread_metadata"] = new JsonObject
        {
            ["archived"] = thread.Archived,
            ["locked"] = thread.Locked,
            ["auto_archive_duration"] = 1440,
            ["archive_timestamp"] = Time(world.Time.GetUtcNow()),
        };
    }

    private static JsonArray Channels(World world, IEnumerable<DiscordChannel> channels) =>
        new([.. channels.Where(c => !c.Deleted).Select(c => (JsonNode)Channel(world, c))]);
}
