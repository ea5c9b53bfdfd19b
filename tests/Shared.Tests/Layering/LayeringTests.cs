using System.Text.RegularExpressions;
using ChatOps.Testing;

namespace ChatOps.Shared.Tests.Layering;

/// <summary>Who may know whom, read from the using lines of every folder.</summary>
public sealed partial class LayeringTests
{
    /// <summary>Folder → what no file in it may use.</summary>
    public static TheoryData<string, string[]> Rules => new()
    {
        { "shared", ["ChatOps.Bot", "ChatOps.Sidecar", "ChatOps.Demo", "ChatOps.Cluster"] },
        { "shared/Values", ["ChatOps.Kubernetes", "ChatOps.Resources"] },
        { "shared/Retention", ["ChatOps.Kubernetes", "ChatOps.Resources"] },
        { "shared/Kubernetes", ["ChatOps.Resources"] },
        { "shared/Metrics", ["ChatOps.Kubernetes", "ChatOps.Resources"] },
        { "shared/Traces", ["ChatOps.Kubernetes", "ChatOps.Resources", "ChatOps.Telemetry"] },
        { "shared/Telemetry", ["ChatOps.Kubernetes", "ChatOps.Resources"] },
        { "bot", ["ChatOps.Sidecar", "ChatOps.Demo", "ChatOps.Cluster"] },
        { "sidecar", ["ChatOps.Bot", "ChatOps.Demo", "ChatOps.Cluster"] },
        { "demo/EmbeddedCluster", ["ChatOps.Bot", "ChatOps.Sidecar", "ChatOps.Demo"] },
        {
            "bot/Access",
            ["ChatOps.Bot.Chat", "ChatOps.Bot.Commands", "ChatOps.Bot.Dispatch", "ChatOps.Bot.Platforms", "ChatOps.Bot.Changes"]
        },
        {
            "bot/Chat",
            ["ChatOps.Bot.Commands", "ChatOps.Bot.Dispatch", "ChatOps.Bot.Platforms", "ChatOps.Bot.Changes", "ChatOps.Bot.Snapshots"]
        },
        { "bot/Changes", ["ChatOps.Bot.Commands", "ChatOps.Bot.Dispatch", "ChatOps.Bot.Platforms"] },
        { "bot/Snapshots", ["ChatOps.Bot.Commands", "ChatOps.Bot.Dispatch", "ChatOps.Bot.Platforms", "ChatOps.Bot.Changes"] },
        {
            "bot/Registries",
            [
                "ChatOps.Bot.Commands", "ChatOps.Bot.Dispatch", "ChatOps.Bot.Platforms", "ChatOps.Bot.Changes", "ChatOps.Bot.Snapshots",
                "ChatOps.Bot.Chat",
            ]
        },
        { "bot/Commands", ["ChatOps.Bot.Platforms"] },
        { "bot/Dispatch", ["ChatOps.Bot.Platforms"] },
        {
            "sidecar/Sqlite",
            [
                "ChatOps.Sidecar.Runs", "ChatOps.Sidecar.Archives", "ChatOps.Sidecar.Stores",
                "ChatOps.Sidecar.Commands", "ChatOps.Kubernetes"
            ]
        },
        { "sidecar/Archives", ["ChatOps.Sidecar.Runs", "ChatOps.Sidecar.Stores", "ChatOps.Sidecar.Commands", "ChatOps.Kubernetes"] },
        { "sidecar/Stores", ["ChatOps.Sidecar.Runs", "ChatOps.Sidecar.Sqlite", "ChatOps.Sidecar.Commands", "ChatOps.Kubernetes"] },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_folder_uses_only_what_it_may(string folder, string[] forbidden)
    {
        var offences = from file in Files(folder)
                       from used in Usings(file)
                       where forbidden.Any(f => used == f || used.StartsWith($"{f}.", StringComparison.Ordinal))
                       select $"{Path.GetRelativePath(Repository.Root, file)} uses {used}";
        Assert.Empty(offences);
    }

    [Fact]
    public void Only_the_sqlite_folder_makes_lock_calls()
    {
        var offences = Files("sidecar").Concat(Files("bot")).Concat(Files("shared"))
            .Where(f => !f.Contains("/sidecar/Sqlite/", StringComparison.Ordinal) && LockCall().IsMatch(File.ReadAllText(f)));
        Assert.Empty(offences);
    }

    [Fact]
    public void Only_the_telemetry_folder_knows_the_SDK_of_OpenTelemetry()
    {
        var offences = Files("sidecar").Concat(Files("bot")).Concat(Files("shared"))
            .Where(f => !f.Contains("/shared/Telemetry/", StringComparison.Ordinal) && SdkUsing().IsMatch(File.ReadAllText(f)));
        Assert.Empty(offences);
    }

    [Fact]
    public void Every_rule_names_a_folder_with_code() => Assert.All(Rules, rule => Assert.NotEmpty(Files(rule.Data.Item1)));

    /// <summary>Its source files, without what was built or installed.</summary>
    internal static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split('/').Any(part => part is "obj" or "bin" or "node_modules"));

    private static IEnumerable<string> Usings(string file) =>
        File.ReadLines(file).Select(l => UsingLine().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?(ChatOps[\w.]*)")]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^using OpenTelemetry\b", RegexOptions.Multiline)]
    private static partial Regex SdkUsing();

    [GeneratedRegex(@"\bF_OFD_|\bF_SETLK|Libc\.Control\(|FileStream.*\.Lock\(")]
    private static partial Regex LockCall();
}
