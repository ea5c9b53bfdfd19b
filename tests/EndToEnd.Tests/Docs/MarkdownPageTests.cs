namespace ChatOps.EndToEnd.Tests.Docs;

public sealed class MarkdownPageTests
{
    [Fact]
    public void Blocks_are_found_wherever_they_stand_with_what_is_said_before_them()
    {
        var page = MarkdownPage.Parse(
            "p.md", "# x\n```sh\na\n\n  b\n```\n1. y\n\n   ```chat\n   /c\n   ```\n<!-- not run: no time -->\n\n```\nd\n```\n");
        Assert.Equal(
            [
                new("p.md", 2, "sh", "a\n\n  b", null), new("p.md", 9, "chat", "/c", null), new FencedBlock("p.md", 14, "", "d", "no time"),
            ],
            page.Blocks);
    }

    [Fact]
    public void A_reason_counts_only_for_the_block_it_stands_before() => Assert.Equal(
        ["why", null], MarkdownPage.Parse("p.md", "<!-- not run: why -->\n```sh\na\n```\n```sh\nb\n```\n").Blocks.Select(b => b.NotRun));

    [Fact]
    public void A_block_without_an_end_is_no_page() =>
        Assert.Throws<InvalidOperationException>(() => MarkdownPage.Parse("p.md", "```sh\na\n"));
}
