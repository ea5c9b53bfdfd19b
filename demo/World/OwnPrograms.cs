namespace ChatOps.Demo.World;

/// <summary>
/// How the bot and the sidecar are started: as they were built beside this program, or, where <c>CHATOPS_PROGRAMS</c> names the folder
/// they were published to, as their images have them.
/// </summary>
internal static class OwnPrograms
{
    /// <summary>The program and its first arguments.</summary>
    public static string[] Bot { get; } = Find("bot", "chatops-bot");

    /// <inheritdoc cref="Bot"/>
    public static string[] Sidecar { get; } = Find("sidecar", "sidecar");

    private static string[] Find(string folder, string name) =>
        Environment.GetEnvironmentVariable("CHATOPS_PROGRAMS") is { Length: > 0 } published
            ? [Path.Combine(published, folder, name)]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{name}.dll")];
}
