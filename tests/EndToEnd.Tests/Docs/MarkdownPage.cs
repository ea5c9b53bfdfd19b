using ChatOps.Testing;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>One fenced block of a page.</summary>
/// <param name="Line">The line its fence stands on.</param>
/// <param name="Language">What stands behind the fence; empty where nothing does.</param>
/// <param name="NotRun">Why it cannot be run by a test, as the comment before it says; null for every other block.</param>
internal sealed record FencedBlock(string Page, int Line, string Language, string Text, string? NotRun)
{
    public string Place => $"{Page}, line {Line}";
}

/// <summary>A page people read, and the blocks in it.</summary>
internal sealed record MarkdownPage(string Name, string Text, IReadOnlyList<FencedBlock> Blocks)
{
    private const string Fence = "```", Comment = "<!-- not run: ", CommentEnd = " -->";

    /// <summary>Every page whose commands people are meant to type.</summary>
    public static IReadOnlyList<MarkdownPage> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(Repository.Root, f))
            .Concat(["README.md", "charts/chatops/README.md", "sidecar/README.md"]).Select(Read),
    ];

    public static MarkdownPage Named(string name) => All.Single(p => p.Name == name);

    public static MarkdownPage Read(string name) => Parse(name, File.ReadAllText(Path.Combine(Repository.Root, name)));

    /// <summary>Blocks may stand in a list: what they are indented by is no part of them (CommonMark, fenced code blocks).</summary>
    public static MarkdownPage Parse(string name, string text)
    {
        var (blocks, lines) = (new List<FencedBlock>(), text.Split('\n'));
        for (var at = 0; at < lines.Length; at++)
        {
            var fence = lines[at].TrimStart();
            if (!fence.StartsWith(Fence, StringComparison.Ordinal)) continue;
            var (indent, end) = (lines[at].Length - fence.Length, Array.FindIndex(lines, at + 1, l => l.Trim() == Fence));
            if (end < 0) throw new InvalidOperationException($"{name}, line {at + 1}: the block has no end");
            var content = lines[(at + 1)..end].Select(l => l[Math.Min(indent, l.Length - l.TrimStart().Length)..]);
            blocks.Add(new(name, at + 1, fence[Fence.Length..].Trim(), string.Join('\n', content), ReasonBefore(lines, at)));
            at = end;
        }
        return new(name, text, blocks);
    }

    private static string? ReasonBefore(string[] lines, int fence)
    {
        var before = lines.Take(fence).LastOrDefault(l => l.Trim().Length > 0)?.Trim() ?? "";
        var marked = before.StartsWith(Comment, StringComparison.Ordinal) && before.EndsWith(CommentEnd, StringComparison.Ordinal);
        return marked ? before[Comment.Length..^CommentEnd.Length] : null;
    }
}
