using System.Collections.Immutable;
using ChatOps.Testing.Discord.Server;

namespace ChatOps.Testing.Discord;

/// <summary>A server with its members, roles and channels ("Guild", Guild Structure). Lists are snapshots for any thread.</summary>
public sealed class DiscordGuild
{
    internal DiscordGuild(ulong id, string name, DiscordPerson owner)
    {
        (Id, Name, Owner) = (id, name, owner);
        Roles = [new(id, "@everyone", Permissions.Everyday)];
        Members = Members.Add(owner, []);
    }

    public ulong Id { get; }

    public string Name { get; }

    public DiscordPerson Owner { get; }

    /// <summary>@everyone first, whose id is the guild's.</summary>
    public ImmutableList<DiscordRole> Roles { get; internal set; }

    /// <summary>Who is here, and the roles they were given.</summary>
    public ImmutableDictionary<DiscordPerson, ImmutableList<DiscordRole>> Members { get; internal set; } =
        ImmutableDictionary<DiscordPerson, ImmutableList<DiscordRole>>.Empty;

    /// <summary>Threads too.</summary>
    public ImmutableList<DiscordChannel> Channels { get; internal set; } = [];

    internal ulong PermissionsOf(DiscordPerson person)
    {
        var bits = Members[person].Aggregate(Roles[0].Permissions, (sum, role) => sum | role.Permissions);
        return person == Owner || (bits & Permissions.Administrator) != 0 ? Permissions.All : bits;
    }

    public override string ToString() => $"{Name} ({Id})";
}
