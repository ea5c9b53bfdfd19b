using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Demo.World;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>One demo for tests that do not disturb each other, with one session that every window shares.</summary>
public sealed class SharedConsole(Browser browser) : IAsyncLifetime
{
    private DemoWorld? _world;
    private string _session = "";

    internal DemoWorld World => _world!;

    internal Uri Address => new(new Uri(World.SignInLink).GetLeftPart(UriPartial.Authority));

    public async ValueTask InitializeAsync()
    {
        await using var first = await browser.OpenAsync(Screen.Desktop);
        _world = await DemoWorld.StartAsync(RunningDemo.Small, TestContext.Current.CancellationToken);
        await first.GoAsync(_world.SignInLink);
        _session = await first.SessionAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null) await _world.DisposeAsync();
    }

    /// <summary>The page, signed in and following.</summary>
    internal async Task<ConsoleWindow> OpenAsync(Screen screen)
    {
        var window = await browser.OpenAsync(screen, _session);
        await window.GoAsync(Address.ToString());
        await Microsoft.Playwright.Assertions.Expect(window.Link).ToHaveTextAsync("live");
        return window;
    }

    internal Task<ConsoleWindow> SignedOutAsync() => browser.OpenAsync(Screen.Phone);

    /// <summary>A link that nobody has used: a bot prints one when it starts, so this one is started again.</summary>
    internal async Task<string> NewLinkAsync()
    {
        await World.KillBotAsync();
        await World.StartBotAsync(TestContext.Current.CancellationToken);
        return World.SignInLink;
    }

    /// <summary>Posts as a program would that holds the session's cookie; a null header is left out.</summary>
    internal async Task<HttpResponseMessage> PostAsync(string path, JsonObject body, string? header = "1", string? origin = null)
    {
        var cookie = JsonNode.Parse(_session)!["cookies"]![0]!;
        var cookies = new CookieContainer();
        cookies.Add(new Cookie((string)cookie["name"]!, (string)cookie["value"]!, "/", Address.Host));
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = cookies });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path));
        request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        if (header is not null) request.Headers.Add("X-ChatOps", header);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
