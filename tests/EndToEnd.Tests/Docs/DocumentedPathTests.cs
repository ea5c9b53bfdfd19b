namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>What the pages tell a newcomer to type works, in the order they tell it, and shows what they say it shows.</summary>
public sealed class DocumentedPathTests
{
    /// <summary>In the order a person goes through them; the last one takes everything away again.</summary>
    internal static readonly string[] Pages = ["docs/k3s.md", "sidecar/README.md", "docs/restore.md", "charts/chatops/README.md"];

    [Fact]
    public async Task A_newcomer_gets_from_nothing_to_a_change_through_bad_days_and_leaves_nothing()
    {
        await using var machine = await NewcomersMachine.StartAsync();
        await using var newcomer = new Newcomer(machine);
        foreach (var page in Pages) await newcomer.FollowAsync(MarkdownPage.Named(page));
    }
}
