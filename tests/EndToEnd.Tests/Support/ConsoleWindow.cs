using System.Collections.Concurrent;
using ChatOps.Testing;
using Microsoft.Playwright;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>The web console as one person has it open; whatever the browser complains about is kept.</summary>
internal sealed class ConsoleWindow : IAsyncDisposable
{
    /// <summary>Gives, in words, what does not fit the screen, a thumb or weak eyes.</summary>
    private static readonly string Misfits = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Support", "misfits.js"));

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private ConsoleWindow(IBrowserContext context, IPage page, Screen screen) => (_context, Page, Screen) = (context, page, screen);

    public IPage Page { get; }

    public Screen Screen { get; }

    public ILocator Line => Page.Locator("#text");

    public ILocator Link => Page.Locator("#link");

    public ILocator Log => Page.Locator("#log");

    public static async Task<ConsoleWindow> OnAsync(IBrowserContext context, Screen screen)
    {
        await context.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`))");
        var window = new ConsoleWindow(context, await context.NewPageAsync(), screen);
        window.Page.SetDefaultTimeout(60_000);
        window.Page.Console += (_, m) => { if (m.Type is "error" or "warning") window._complaints.Enqueue($"console: {m.Text}"); };
        window.Page.PageError += (_, e) => window._complaints.Enqueue($"script: {e}");
        window.Page.Dialog += (_, d) => { window._complaints.Enqueue($"dialog: {d.Message}"); _ = d.DismissAsync(); };
        window.Page.Request += (_, r) => window.Judge(r.Url);
        return window;
    }

    /// <summary>Opens an address; the first one is the only origin the page may ever ask.</summary>
    public Task<IResponse?> GoAsync(string address)
    {
        Origin ??= new Uri(address).GetLeftPart(UriPartial.Authority);
        return Page.GotoAsync(address);
    }

    /// <summary>Types a command and sends it, as a person does.</summary>
    public async Task SayAsync(string command)
    {
        await Line.FillAsync(command);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
    }

    public Task ActAsAsync(string account) => Page.Locator("#as").SelectOptionAsync(account);

    /// <summary>The newest card of this state whose title has this text.</summary>
    public ILocator Card(string state, string title) =>
        Page.Locator($".card[data-state={state}]").Filter(new() { Has = Page.Locator("h2", new() { HasText = title }) }).Last;

    public Task TapAsync(ILocator what) => Screen.Touch ? what.TapAsync() : what.ClickAsync();

    /// <summary>What signs another window in as the same person.</summary>
    public Task<string> SessionAsync() => _context.StorageStateAsync();

    /// <summary>Pictures in both colour schemes, beside the repository's other results and with the test's.</summary>
    public async Task ShowAsync(string name)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var file = $"{Screen.Name}-{name}-{scheme.ToString().ToLowerInvariant()}.png";
            var path = Path.Combine(Repository.Root, ".cache", "screenshots", file);
            var picture = await Page.ScreenshotAsync(new() { Path = path, Caret = ScreenshotCaret.Initial });
            TestContext.Current.AddAttachment(file, picture, "image/png");
            await AssertFitsAsync();
        }
    }

    public async Task AssertFitsAsync() => Assert.Empty(await Page.EvaluateAsync<string[]>(Misfits));

    public void AssertNoComplaints() => Assert.Empty(_complaints);

    /// <summary>For the kinds of complaint a test causes itself.</summary>
    public void AssertNoComplaintsBut(params string[] causes) =>
        Assert.DoesNotContain(_complaints, c => !causes.Any(cause => c.Contains(cause, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private string? Origin { get; set; }

    private void Judge(string address)
    {
        var ours = Origin is null || address.StartsWith(Origin + "/", StringComparison.Ordinal);
        if (!ours) _complaints.Enqueue($"asked elsewhere: {address}");
    }
}
