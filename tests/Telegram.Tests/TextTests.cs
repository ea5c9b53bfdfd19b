using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("<b>a</b> <strong>b</strong>", "a b", "bold 0 1|bold 2 1")]
    [InlineData("😀 <b>é😀</b>!", "😀 é😀!", "bold 3 3")]
    [InlineData("<i>x<u>y</u></i>", "xy", "italic 0 2|underline 1 1")]
    [InlineData("<span class=\"tg-spoiler\">s</span><tg-spoiler>t</tg-spoiler>", "st", "spoiler 0 2")]
    [InlineData("<pre><code class=\"language-yaml\">a: 1</code></pre>", "a: 1", "pre 0 4 yaml")]
    [InlineData("<b>see <code>kubectl get</code></b>", "see kubectl get", "bold 0 4|code 4 11")]
    [InlineData("<blockquote expandable>long</blockquote>", "long", "expandable_blockquote 0 4")]
    [InlineData("<a href='https://example.com/a?b=1&amp;c=2'>go</a>", "go", "text_link 0 2 https://example.com/a?b=1&c=2")]
    [InlineData("<a href=\"http://localhost/\">go</a>", "go", "")]
    [InlineData("&lt;b&gt; &amp; &quot;q&quot; &#65;&#x1F600; &copy;", "<b> & \"q\" A😀 &copy;", "")]
    [InlineData("  <b> trimmed </b>\n ", "trimmed", "bold 0 7")]
    [InlineData("a\0b\rc", "a bc", "")]
    [InlineData("try /deploy@ops_bot now", "try /deploy@ops_bot now", "bot_command 4 15")]
    public async Task HTML_becomes_what_a_person_reads(string html, string text, string entities)
    {
        await using var world = await World.StartAsync();
        Assert.True((bool)(await world.Api.SendAsync(world.Chat, html, "HTML"))["ok"]!);
        var message = world.Chat.FromBot.Single();
        Assert.Equal(text, message.Text);
        Assert.Equal(entities, string.Join('|', message.Entities.Select(Words)));
    }

    [Theory]
    [InlineData("a <b", "Unclosed start tag at byte offset 2")]
    [InlineData("é <x>y</x>", "Unsupported start tag \"x\" at byte offset 3")]
    [InlineData("a<br/>b", "Unsupported start tag \"br/\" at byte offset 1")]
    [InlineData("1 < 2", "Unclosed start tag at byte offset 2")]
    [InlineData("<b>a<i>b</b></i>", "Unmatched end tag at byte offset 8, expected \"</i>\", found \"</b>\"")]
    [InlineData("a</b>", "Unexpected end tag at byte offset 1")]
    [InlineData("<b>a", "Can't find end tag corresponding to start tag \"b\"")]
    [InlineData("<span>a</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0")]
    public async Task Anything_else_is_refused(string html, string why)
    {
        await using var world = await World.StartAsync();
        var body = await world.Api.SendAsync(world.Chat, html, "HTML");
        Assert.StartsWith("Bad Request: can't parse entities: ", (string?)body["description"]);
        Assert.EndsWith(why, (string?)body["description"]);
        Assert.Empty(world.Chat.FromBot);
    }

    [Fact]
    public async Task The_longest_text_is_counted_after_the_markup()
    {
        await using var world = await World.StartAsync();
        Assert.True((bool)(await world.Api.SendAsync(world.Chat, $"<b>{new string('x', 4096)}</b>", "HTML"))["ok"]!);
        var longer = await world.Api.SendAsync(world.Chat, new string('x', 4097));
        Assert.Equal("Bad Request: message is too long", (string?)longer["description"]);
        var empty = await world.Api.SendAsync(world.Chat, "<b> \n</b>", "HTML");
        Assert.Equal("Bad Request: message text is empty", (string?)empty["description"]);
    }

    private static string Words(TelegramEntity entity) =>
        $"{entity.Type} {entity.Offset} {entity.Length} {entity.Url}{entity.Language}".TrimEnd();
}
