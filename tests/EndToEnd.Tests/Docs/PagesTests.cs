using System.Text.RegularExpressions;
using ChatOps.Testing;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>What stands on the pages is run, or on the short list of what cannot be; links lead somewhere; tests named are there.</summary>
public sealed partial class PagesTests
{
    private static readonly string[] Followed = [.. DocumentedPathTests.Pages];

    /// <summary>Everything people are shown and no test types, with the reason as it stands before the block.</summary>
    private static readonly string[] NotRun =
    [
        "docs/k3s.md: installing K3s takes a machine of its own",
        "docs/k3s.md: pods of the test's cluster are processes of this machine, which need no port-forward",
        "docs/restore.md: taking a program out of an image takes Docker and a registry",
        "README.md: a picture",
        "charts/chatops/README.md: only @BotFather gives tokens of Telegram",
        "charts/chatops/README.md: a server of the test's own, where rights count, is asked these",
    ];

    private static IEnumerable<FencedBlock> Blocks => MarkdownPage.All.SelectMany(p => p.Blocks);

    [Fact]
    public void What_is_not_run_is_on_the_list() =>
        Assert.Equal(NotRun, Blocks.Where(b => b.NotRun is not null).Select(b => $"{b.Page}: {b.NotRun}"));

    [Fact]
    public void Every_other_block_is_typed_compared_or_settings() => Assert.All(Blocks.Where(b => b.NotRun is null), b =>
    {
        var followed = Followed.Contains(b.Page) && (b.Language == "text" || Newcomer.Typed.Contains(b.Language));
        Assert.True(followed || Newcomer.NotForTyping.Contains(b.Language), $"{b.Place}: a block of '{b.Language}' that nothing runs");
    });

    [Fact]
    public void What_is_compared_stands_after_what_is_typed() => Assert.All(MarkdownPage.All, page => Assert.NotEqual(
        "text", page.Blocks.Where(b => b.NotRun is null).Select(b => b.Language).FirstOrDefault(l => !Newcomer.NotForTyping.Contains(l))));

    /// <summary>No second way to show commands, which these tests would not see.</summary>
    [Fact]
    public void There_are_no_other_kinds_of_blocks() => Assert.All(MarkdownPage.All, page => Assert.DoesNotMatch(OtherBlock(), page.Text));

    [Fact]
    public void Every_link_within_the_repository_leads_somewhere() => Assert.All(MarkdownPage.All, page =>
    {
        foreach (var link in Link().Matches(page.Text).Select(m => m.Groups["to"].Value))
        {
            if (link.Contains("://", StringComparison.Ordinal)) continue;
            var (file, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var path = file.Length == 0
                ? Path.Combine(Repository.Root, page.Name)
                : Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page.Name)!, file));
            Assert.True(Path.Exists(path), $"{page.Name}: {link} leads nowhere");
            if (anchor is not null) Assert.True(Anchors(path).Contains(anchor), $"{page.Name}: {link} is no heading there");
        }
    });

    [Fact]
    public void Every_test_a_page_names_is_there()
    {
        var sources = Directory.GetDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests")
            .SelectMany(d => Directory.GetFiles(d, "*.cs", SearchOption.AllDirectories))
            .ToLookup(f => Path.GetFileNameWithoutExtension(f), File.ReadAllText);
        var named = MarkdownPage.All.SelectMany(p => NamedTest().Matches(p.Text)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains(
            sources[test.Groups["class"].Value], s => s.Contains($" {test.Groups["method"].Value}(", StringComparison.Ordinal)));
    }

    /// <summary>A heading's anchor, as GitHub makes it.</summary>
    private static HashSet<string> Anchors(string path) =>
        [.. File.ReadLines(path).Where(l => l.StartsWith('#')).Select(l => l.TrimStart('#').Trim().ToLowerInvariant())
            .Select(l => NotInAnchors().Replace(l, "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<class>\w+(?:Tests|Contract))\.(?<method>\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\s*(?:~~~|<pre\b)", RegexOptions.Multiline)]
    private static partial Regex OtherBlock();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
