namespace ChatOps.Suite;

/// <summary>A project of tests, which is a program.</summary>
/// <param name="Threads">How many of its tests run at a time; those that wait most of their time share a core.</param>
internal sealed record TestProject(string Name, int Threads = 2)
{
    /// <summary>In the order they begin: the longest first, so that none is left over at the end.</summary>
    public static IReadOnlyList<TestProject> All { get; } =
    [
        new("EndToEnd.Tests", 4),
        new("Bot.Tests"),
        new("Sidecar.Tests"),
        new("EmbeddedCluster.Tests"),
        new("Shared.Tests"),
        new("Discord.Tests"),
        new("Telegram.Tests"),
    ];

    public string Program(string root) => Path.Combine(root, "tests", Name, "bin", "Release", "net10.0", Name);
}
