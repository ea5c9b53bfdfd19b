using System.Globalization;

namespace ChatOps.Suite;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Seed">What is drawn at random follows from it.</param>
/// <param name="Prove">The whole proofs of a day, or of <c>every</c> day, instead of the tests; null for the tests.</param>
/// <param name="Only">A project, or null for all.</param>
/// <param name="More">Handed on to the test programs: <c>-class NAME</c> and the like.</param>
internal sealed record SuiteOptions(string Root, int Seed, string? Prove, string? Only, IReadOnlyList<string> More)
{
    public const string Usage = "usage: suite [--only PROJECT] [--prove every|today|DAY] [-- OPTIONS OF XUNIT]";

    private static readonly string[] Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>A test that runs longer hangs.</summary>
    public TimeSpan Longest
    {
        get => field > TimeSpan.Zero ? field : Prove is null ? TimeSpan.FromMinutes(10) : TimeSpan.FromHours(2);
        init;
    }

    public string Published => Path.Combine(Root, ".cache", "published");

    public string Results => Path.Combine(Root, ".cache", "results");

    public IEnumerable<TestProject> Projects => TestProject.All.Where(p => Only is null || p.Name == Only);

    public IEnumerable<(string Name, string Value)> Variables =>
    [
        ("CHATOPS_SEED", Seed.ToString(CultureInfo.InvariantCulture)), ("CHATOPS_PROGRAMS", Published),
        ("CHATOPS_PROVE", Prove is null ? "false" : "true"),
        // Nothing here lives long enough to earn back what it costs to compile it again (hexadecimal), to map its code twice, or, of the
        // programs in Go, to collect a small heap often; and what is killed would leave the pipe for its debugger behind.
        ("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCountThreshold", "400"), ("DOTNET_EnableWriteXorExecute", "0"),
        ("DOTNET_EnableDiagnostics", "0"), ("GOGC", "400"),
    ];

    public IEnumerable<string> Filter => Prove is null ? More : [.. More, "-trait", $"prove={(Prove == "every" ? "*" : Prove)}"];

    /// <summary>Null where the line is not understood.</summary>
    public static SuiteOptions? Parse(IReadOnlyList<string> line, string root, string? seed, DayOfWeek today)
    {
        var options = new SuiteOptions(root, 0, null, null, []);
        if (seed is null or "") options = options with { Seed = Random.Shared.Next() };
        else if (!int.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var given)) return null;
        else options = options with { Seed = given };
        for (var i = 0; i < line.Count; i++)
        {
            switch (line[i], i + 1 < line.Count ? line[i + 1] : null)
            {
                case ("--", _):
                    return options with { More = [.. line.Skip(i + 1)] };
                case ("--only", { } project) when TestProject.All.Any(p => p.Name == project):
                    options = options with { Only = project };
                    i++;
                    break;
                case ("--prove", "every"):
                    options = options with { Prove = "every" };
                    i++;
                    break;
                case ("--prove", "today"):
                    options = options with { Prove = Days[((int)today + 6) % 7] };
                    i++;
                    break;
                case ("--prove", { } day) when Days.Contains(day):
                    options = options with { Prove = day };
                    i++;
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
