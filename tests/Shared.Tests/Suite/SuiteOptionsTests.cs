using ChatOps.Suite;

namespace ChatOps.Shared.Tests.Suite;

public sealed class SuiteOptionsTests
{
    [Theory]
    [InlineData("", null, null, "")]
    [InlineData("--only Bot.Tests", "Bot.Tests", null, "")]
    [InlineData("--prove every", null, "every", "-trait prove=*")]
    [InlineData("--prove today", null, "sunday", "-trait prove=sunday")]
    [InlineData("--prove friday", null, "friday", "-trait prove=friday")]
    [InlineData("--only Bot.Tests -- -class C", "Bot.Tests", null, "-class C")]
    public void A_line_means(string line, string? only, string? prove, string filter)
    {
        var options = SuiteOptions.Parse(Words(line), "/", "7", DayOfWeek.Sunday)!;
        Assert.Equal((only, prove, filter, 7), (options.Only, options.Prove, string.Join(' ', options.Filter), options.Seed));
        Assert.Equal(only is null ? TestProject.All.Count : 1, options.Projects.Count());
    }

    [Theory]
    [InlineData("--only", "7")]
    [InlineData("--only Nothing.Tests", "7")]
    [InlineData("--prove yesterday", "7")]
    [InlineData("-class C", "7")]
    [InlineData("", "seven")]
    [InlineData("", "-7")]
    public void What_is_not_understood_is_refused(string line, string seed) =>
        Assert.Null(SuiteOptions.Parse(Words(line), "/", seed, DayOfWeek.Sunday));

    [Fact]
    public void Without_a_seed_each_run_has_another() =>
        Assert.NotEqual(SuiteOptions.Parse([], "/", null, default)!.Seed, SuiteOptions.Parse([], "/", "", default)!.Seed);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
