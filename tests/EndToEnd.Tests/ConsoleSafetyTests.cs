using System.Net;
using System.Text.Json.Nodes;
using ChatOps.EndToEnd.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The web console against strangers, forgeries, hostile text, lost connections, and without a mouse.</summary>
public sealed class ConsoleSafetyTests(SharedConsole console) : IClassFixture<SharedConsole>
{
    public static TheoryData<string> HostileTexts =>
    [
        "<img src=x onerror=alert(1)>", "/<script>alert(1)</script>", "/status \u202Egnp.exe ghostwire", "javascript:alert(1)",
        new string('m', 1000), "/deploy ghostwire " + new string('W', 900),
        "/" + string.Concat(Enumerable.Repeat("e\u0301\u0302\u0303\u0304\u0305", 160)),
    ];

    [Fact]
    public async Task A_signed_out_browser_sees_how_to_sign_in_and_nothing_else()
    {
        await using var window = await console.SignedOutAsync();
        var answer = await window.GoAsync(console.Address.ToString());
        Assert.Equal(401, answer!.Status);
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("You are not signed in");
        await window.ShowAsync("0-signed-out");
        foreach (var path in (string[])["api/events", "api/session", "api/timeline", "api/complete?text=/"])
            Assert.Equal(401, (await window.Page.APIRequest.GetAsync(console.Address + path)).Status);
    }

    [Fact]
    public async Task A_sign_in_link_works_once()
    {
        var link = await console.NewLinkAsync();
        await using var first = await console.SignedOutAsync();
        await first.GoAsync(link);
        await Expect(first.Link).ToHaveTextAsync("live");
        await using var second = await console.SignedOutAsync();
        var answer = await second.GoAsync(link);
        Assert.Equal(401, answer!.Status);
        await Expect(second.Page.Locator("h1")).ToHaveTextAsync("You are not signed in");
    }

    [Theory]
    [InlineData("api/messages")]
    [InlineData("api/press")]
    public async Task A_post_that_is_not_from_the_page_is_refused(string path)
    {
        var (forbidden, post) = (HttpStatusCode.Forbidden, Body("operator"));
        Assert.Equal(forbidden, (await console.PostAsync(path, post, header: null)).StatusCode);
        Assert.Equal(forbidden, (await console.PostAsync(path, post, origin: "https://elsewhere.example")).StatusCode);
        Assert.Equal(forbidden, (await console.PostAsync(path, post, origin: "null")).StatusCode);
        Assert.Equal(forbidden, (await console.PostAsync(path, Body("somebody-else"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await console.PostAsync(path, Body("guest"))).StatusCode);
    }

    [Fact]
    public async Task A_forged_button_does_nothing_and_says_so()
    {
        var answer = await console.PostAsync("api/press", Body("approver"));
        var notice = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("That button is no longer there. Look at the message again.", (string?)notice["text"]);
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Hostile_text_is_shown_as_text_and_breaks_nothing(string text)
    {
        await using var window = await console.OpenAsync(Screen.Phone);
        await window.SayAsync(text);
        // What was there before may still be on its way to this window.
        await window.Page.WaitForFunctionAsync("""
            said => {
                const all = [...document.querySelectorAll('.said p, .card')];
                const at = all.findLastIndex(e => e.matches('.said p') && e.textContent === said);
                return at >= 0 && all.length === at + 2 && all[at + 1].dataset.state === 'failed';
            }
            """, text);
        Assert.Equal(text, await window.Page.Locator(".said p").Last.TextContentAsync());
        Assert.Equal(0, await window.Log.Locator("img, script, a, iframe").CountAsync());
        await window.AssertFitsAsync();
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var window = await console.OpenAsync(Screen.Desktop);
        var keyboard = window.Page.Keyboard;
        await Expect(window.Line).ToBeFocusedAsync();
        await keyboard.TypeAsync("/statu");
        await Expect(window.Page.Locator("[role=option]")).ToHaveCountAsync(1);
        await keyboard.PressAsync("ArrowDown");
        await keyboard.PressAsync("Enter");
        await Expect(window.Line).ToHaveValueAsync("/status ");
        await keyboard.TypeAsync("ghostwire");
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("Enter");
        await Expect(window.Card("succeeded", "ghostwire is up")).ToBeVisibleAsync();
        await keyboard.PressAsync("Shift+Tab");
        await Expect(window.Card("succeeded", "ghostwire is up").GetByText("History")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(window.Card("information", "History of ghostwire")).ToBeVisibleAsync();
        window.AssertNoComplaints();
    }

    [Fact]
    public async Task The_page_goes_on_when_the_bot_comes_back()
    {
        await using var window = await console.OpenAsync(Screen.Phone);
        await console.World.KillBotAsync();
        await Expect(window.Link).ToHaveTextAsync("reconnecting");
        await window.ShowAsync("0-reconnecting");
        await console.World.StartBotAsync(TestContext.Current.CancellationToken);
        await Expect(window.Link).ToHaveTextAsync("live", new() { Timeout = 15_000 });
        await window.SayAsync("/snapshot ghostwire");
        await Expect(window.Card("succeeded", "Snapshot of ghostwire")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        // It may come back a moment before it leads, and says so with 503.
        window.AssertNoComplaintsBut("ERR_", "status of 503");
    }

    private static JsonObject Body(string account) => new()
    {
        ["id"] = Guid.NewGuid().ToString("N"),
        ["text"] = "/whoami",
        ["message"] = "m",
        ["action"] = "0123456789abcdef01234567",
        ["as"] = account,
    };
}
