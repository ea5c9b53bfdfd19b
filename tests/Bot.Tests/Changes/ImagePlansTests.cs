using ChatOps.Bot.Changes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>When a deploy brings something, and when an image is pinned.</summary>
public sealed class ImagePlansTests
{
    private static readonly string A = $"sha256:{new string('a', 64)}", B = $"sha256:{new string('b', 64)}";

    /// <summary>What is in the template and what runs; what a deploy would bring and what its tag means; what is made of it.</summary>
    public static TheoryData<string, string?, string, string?, string> Deploys => new()
    {
        { "x/y:1", null, "x/y:2", null, "deployed" },
        { "x/y:1", $"x/y@{A}", "x/y:2", $"x/y@{A}", "deployed" },
        { "x/y:1", $"x/y@{A}", "x/y:1", $"x/y@{A}", "nothing" },
        { "x/y:1", $"x/y@{A}", "docker.io/x/y:1", null, "nothing" },
        { "x/y:1", null, "x/y:1", null, "nothing" },
        // The same tag, pinned or not: only the digest says whether it is another image.
        { "x/y:1", $"x/y@{A}", $"x/y:1@{A}", $"x/y@{A}", "nothing" },
        { "x/y:1", $"x/y@{A}", $"x/y:1@{B}", $"x/y@{B}", "deployed" },
        { $"x/y:1@{A}", $"x/y@{A}", $"x/y:1@{B}", $"x/y@{B}", "deployed" },
        { $"x/y:1@{A}", $"x/y@{A}", "x/y:1", $"x/y@{A}", "nothing" },
        { $"x/y:1@{A}", $"x/y@{A}", "x/y:1", null, "deployed" },
        { $"x/y:1@{A}", $"x/y@{A}", $"x/y@{A}", $"x/y@{A}", "nothing" },
        // Unpinned it would be set again to what it is, and nodes that have it would not look.
        { "x/y:1", $"x/y@{A}", "x/y:1", $"x/y@{B}", $"moved to {B}" },
    };

    [Theory]
    [MemberData(nameof(Deploys))]
    public void What_runs_already_is_not_deployed_again(string live, string? runs, string image, string? means, string outcome)
    {
        var fault = ImagePlans.NothingToDo(
            TestSettings.Shop().Targets["shop"], new PlannedVersion { Image = live, ImageId = runs },
            new PlannedVersion { Image = image, ImageId = means });
        Assert.Equal(outcome, fault switch
        {
            null => "deployed",
            { Kind: "NothingToDo", Hint: "Name another version" } => "nothing",
            _ => $"moved to {fault.Hint!.Split("/deploy shop ")[1].Split(',')[0]}",
        });
    }

    [Theory]
    [InlineData("auto", "Always", true)]
    [InlineData("auto", "IfNotPresent", false)]
    [InlineData("auto", null, false)]
    [InlineData("always", "IfNotPresent", true)]
    [InlineData("never", "Always", false)]
    public void It_is_pinned_where_the_pull_policy_or_the_target_says_so(string pin, string? policy, bool pins)
    {
        var target = TestSettings.Read($"shop: {{ workload: deployment/shop, pin: {pin} }}").Targets["shop"];
        Assert.Equal(pins, target.Pins(policy));
    }

    [Fact]
    public void Behind_the_tag_stands_the_digest()
    {
        Assert.Equal($"x/y:1@{A}", ImageReference.WithDigest("x/y:1", A));
        Assert.Equal($"x/y:latest@{A}", ImageReference.WithDigest("x/y", A));
        Assert.Equal($"x/y:1@{A}", ImageReference.WithDigest($"x/y:1@{A}", B));
    }
}
