namespace ChatOps.Testing.Discord;

/// <summary>Someone with an account ("User", User Structure).</summary>
public sealed record DiscordPerson(ulong Id, string Username, string GlobalName)
{
    /// <summary>How a message pings them.</summary>
    public string Mention => $"<@{Id}>";
}

/// <summary>A role of a guild with its permission bits ("Permissions", Role Object).</summary>
public sealed record DiscordRole(ulong Id, string Name, ulong Permissions)
{
    public string Mention => $"<@&{Id}>";
}
