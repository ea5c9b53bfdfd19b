using System.Text.RegularExpressions;
using ChatOps.Demo.Scripts;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>
/// Somebody who goes through a page from top to bottom: types every <c>sh</c> block into a terminal and every <c>chat</c> block into the
/// bot's page, and compares each <c>text</c> block with what was shown. <c>…</c> in it stands for anything.
/// </summary>
internal sealed partial class Newcomer(NewcomersMachine machine) : IAsyncDisposable
{
    private string? _link;
    private PageClient? _page;

    /// <summary>Settings shown in passing; other tests hold them to their readers.</summary>
    public static IReadOnlyList<string> NotForTyping => ["yaml", "json"];

    public static IReadOnlyList<string> Typed => ["sh", "chat"];

    public async Task FollowAsync(MarkdownPage page)
    {
        FencedBlock? last = null;
        var shown = "";
        foreach (var block in page.Blocks.Where(b => b.NotRun is null))
        {
            if (Typed.Contains(block.Language)) (last, shown) = (block, await TypeAsync(block));
            if (block.Language == "text") AssertShown(block, shown, last);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
    }

    private async Task<string> TypeAsync(FencedBlock block)
    {
        var (code, shown) = block.Language == "sh" ? await InTerminalAsync(block.Text) : await InChatAsync(block.Text);
        TestContext.Current.AddAttachment(block.Place, $"{block.Text}\n\n{shown}");
        var state = code == 0 ? "" : await machine.StateAsync();
        Assert.True(code == 0, $"{block.Place} {(code is null ? "did not end" : $"ended with {code}")}:\n{block.Text}\n\n{shown}\n{state}");
        return shown;
    }

    private async Task<(int? Code, string Shown)> InTerminalAsync(string commands)
    {
        var run = await machine.Terminal.RunAsync(commands);
        if (SignInLink().Match(run.Shown) is { Success: true } link)
        {
            // A bot that was started anew knows nobody until the new link is opened.
            await DisposeAsync();
            (_link, _page) = (link.Value, null);
        }
        return run;
    }

    private async Task<(int? Code, string Shown)> InChatAsync(string lines)
    {
        var transcript = new StringWriter();
        _page ??= await PageClient.SignInAsync(_link ?? throw new InvalidOperationException("no sign-in link was shown"), Ended);
        return (await ScriptRun.RunAsync(_page, lines.Split('\n'), transcript, Ended), transcript.ToString());
    }

    /// <summary>Every line, whole and in this order; how far columns stand apart does not matter.</summary>
    private static void AssertShown(FencedBlock expected, string shown, FencedBlock? after)
    {
        var lines = new Queue<string>(shown.Split('\n').Select(Narrow));
        foreach (var line in expected.Text.Split('\n').Select(Narrow).Where(l => l is not ("" or "…")))
        {
            var pattern = $"^{string.Join(".*", line.Split('…').Select(Regex.Escape))}$";
            var found = false;
            while (!found && lines.TryDequeue(out var said)) found = Regex.IsMatch(said, pattern);
            Assert.True(found, $"{expected.Place}: '{line}' is not shown, or not in this order, after {after?.Place}:\n{shown}");
        }
    }

    private static string Narrow(string line) => Spaces().Replace(line, " ").Trim();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [GeneratedRegex(@"(?<=sign in: )http\S+")]
    private static partial Regex SignInLink();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
