namespace ChatOps.Testing.Discord.Server;

/// <summary>The permission bits that matter here ("Permissions", Bitwise Permission Flags).</summary>
internal static class Permissions
{
    public const ulong Administrator = 1UL << 3;
    public const ulong View = 1UL << 10;
    public const ulong Send = 1UL << 11;
    public const ulong EmbedLinks = 1UL << 14;
    public const ulong AttachFiles = 1UL << 15;
    public const ulong ReadHistory = 1UL << 16;
    public const ulong MentionEveryone = 1UL << 17;
    public const ulong UseCommands = 1UL << 31;
    public const ulong CreateThreads = 1UL << 35;
    public const ulong SendInThreads = 1UL << 38;
    public const ulong Everyday =
        View | Send | EmbedLinks | AttachFiles | ReadHistory | MentionEveryone | UseCommands | CreateThreads | SendInThreads;

    public const ulong All = (1UL << 50) - 1;

    public static ulong Of(BotAccess access) => access switch
    {
        BotAccess.Writes => Everyday,
        BotAccess.Reads => View | ReadHistory,
        _ => 0,
    };
}
