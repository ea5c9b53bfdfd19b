using ChatOps.Bot.Chat;
using ChatOps.Values;

namespace ChatOps.Demo.Scripts;

/// <summary>
/// Types the lines of a script as a person would, waits after each until every card is settled or asks for something, and prints what the
/// chat showed. <c>@name</c> before a line types as somebody else; <c>!</c> says that a failure is expected; <c>#</c> is a comment.
/// </summary>
internal static class ScriptRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>0 when nothing failed but what should.</summary>
    public static async Task<int> RunAsync(string signInLink, IReadOnlyList<string> lines, TextWriter transcript, CancellationToken ct)
    {
        await using var page = await PageClient.SignInAsync(signInLink, ct);
        return await RunAsync(page, lines, transcript, ct);
    }

    /// <inheritdoc cref="RunAsync(string, IReadOnlyList{string}, TextWriter, CancellationToken)"/>
    public static async Task<int> RunAsync(PageClient page, IReadOnlyList<string> lines, TextWriter transcript, CancellationToken ct)
    {
        var surprises = 0;
        foreach (var line in lines.Select(l => ScriptLine.Parse(l, page.Accounts[0])).OfType<ScriptLine>())
        {
            await transcript.WriteLineAsync($"\n{line.Account}> {line.Text}");
            var cards = await page.TypeAsync(line.Account, line.Text, line.Decides, Patience, ct);
            foreach (var card in cards) await transcript.WriteLineAsync(PlainText.Render(card));
            var failed = cards.Any(c => c.State is CardState.Failed or CardState.Working);
            if (failed == line.FailureExpected) continue;
            surprises++;
            await transcript.WriteLineAsync(failed ? "^ this failed, and should not have" : "^ this should have failed, and did not");
        }
        await transcript.WriteLineAsync(surprises == 0 ? "\nall as expected" : $"\n{Counted.Of(surprises, "surprise")}");
        return surprises == 0 ? 0 : 1;
    }
}

internal sealed record ScriptLine(string Account, string Text, bool FailureExpected)
{
    /// <summary>The number of the change this line approves or denies; null for any other line.</summary>
    public string? Decides =>
        Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["/approve" or "/deny", var number, ..] ? number : null;

    /// <summary>Null for an empty line or a comment.</summary>
    public static ScriptLine? Parse(string line, string account)
    {
        var rest = line.Trim();
        if (rest.Length == 0 || rest[0] == '#') return null;
        var failure = rest[0] == '!';
        if (failure) rest = rest[1..].TrimStart();
        if (rest.Length > 0 && rest[0] == '@')
        {
            var space = rest.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0) (account, rest) = (rest[1..space], rest[(space + 1)..].TrimStart());
        }
        return new ScriptLine(account, rest, failure);
    }
}
