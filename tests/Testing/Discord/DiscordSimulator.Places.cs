using System.Text.Json.Nodes;
using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>People, guilds, roles, channels and threads: made, joined, closed, archived.</summary>
public sealed partial class DiscordSimulator
{
    /// <summary>A person, member of the guilds named.</summary>
    public DiscordPerson AddPerson(string username, params DiscordGuild[] guilds) => Locked(() =>
    {
        var person = _world.AddPerson(username, null);
        foreach (var guild in guilds) guild.Members = guild.Members.Add(person, []);
        return person;
    });

    /// <summary>A guild the bot is in already, owned by somebody of that name.</summary>
    public DiscordGuild AddGuild(string name, string owner = "owner") => Locked(() =>
    {
        var guild = new DiscordGuild(_world.Ids.Next(), name, _world.AddPerson(owner, null));
        _world.Guilds = _world.Guilds.Add(guild);
        _world.Sessions.Publish("GUILD_CREATE", Wire.GuildCreate(_world, guild), Intents.Guilds);
        return guild;
    });

    public void Join(DiscordGuild guild, DiscordPerson person) => Locked(() => guild.Members = guild.Members.SetItem(person, []));

    /// <summary>A role, given to nobody yet.</summary>
    public DiscordRole AddRole(DiscordGuild guild, string name, ulong permissions = 0) => Locked(() =>
    {
        var role = new DiscordRole(_world.Ids.Next(), name, permissions);
        guild.Roles = guild.Roles.Add(role);
        var data = new JsonObject { ["guild_id"] = $"{guild.Id}", ["role"] = Wire.Role(guild, role) };
        _world.Sessions.Publish("GUILD_ROLE_CREATE", data, Intents.Guilds);
        return role;
    });

    /// <summary>The roles a member has from now on.</summary>
    public void Give(DiscordGuild guild, DiscordPerson person, params DiscordRole[] roles) =>
        Locked(() => guild.Members = guild.Members.SetItem(person, [.. roles]));

    public DiscordChannel AddTextChannel(DiscordGuild guild, string name) => Locked(() =>
    {
        var channel = _world.Add(new(_world.Ids.Next(), name, guild));
        _world.Sessions.Publish("CHANNEL_CREATE", Wire.Channel(_world, channel), Intents.Guilds);
        return channel;
    });

    /// <summary>A thread somebody started in a channel.</summary>
    public DiscordChannel AddThread(DiscordChannel channel, string name) =>
        Locked(() => ChannelRoutes.Start(_world, channel, name, from: null));

    /// <summary>A person opens a conversation with the bot, which exists once for both.</summary>
    public DiscordChannel OpenDirectMessage(DiscordPerson person) => Locked(() => _world.DirectMessage(person));

    /// <summary>What the bot may do there from now on.</summary>
    public void Let(DiscordChannel channel, BotAccess access) => Locked(() => channel.Bot = access);

    /// <summary>A thread nobody wrote in for long, or that a moderator locked.</summary>
    public void Archive(DiscordChannel thread, bool locked = false) => Locked(() =>
    {
        (thread.Archived, thread.Locked) = (true, locked);
        _world.Sessions.Publish("THREAD_UPDATE", Wire.Channel(_world, thread), Intents.Guilds);
        return thread;
    });

    public void Delete(DiscordChannel channel) => Locked(() =>
    {
        channel.Deleted = true;
        var type = channel.Parent is null ? "CHANNEL_DELETE" : "THREAD_DELETE";
        _world.Sessions.Publish(type, Wire.Channel(_world, channel), Intents.Guilds);
        return channel;
    });
}
