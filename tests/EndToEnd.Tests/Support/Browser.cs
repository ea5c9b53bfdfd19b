using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ChatOps.EndToEnd.Tests.Support.Browser))]

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>One headless Chromium of this machine for all tests, started when first asked for.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string HowToGet = "chromium is missing: run `make prerequisites`";
    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window nobody is signed in to, or one with the session of another.</summary>
    internal async Task<ConsoleWindow> OpenAsync(Screen screen, string? session = null)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var program = folders.Select(f => Path.Combine(f, "chromium")).FirstOrDefault(File.Exists);
        Requirements.Need(program is null ? HowToGet : null);
        var context = await (await StartedAsync(program!)).NewContextAsync(screen.Options(session));
        return await ConsoleWindow.OnAsync(context, screen);
    }

    private async Task<IBrowser> StartedAsync(string program)
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            Assertions.SetDefaultExpectTimeout(60_000);
            return _browser ??= await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = program,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
            });
        }
        finally
        {
            _starting.Release();
        }
    }
}

/// <summary>The two sizes the page is made for.</summary>
internal sealed record Screen(string Name, int Width, int Height, bool Touch)
{
    public static readonly Screen Phone = new("phone", 390, 844, true);

    public static readonly Screen Desktop = new("desktop", 1280, 800, false);

    public static Screen Named(string name) => name == Phone.Name ? Phone : Desktop;

    public BrowserNewContextOptions Options(string? session) => new()
    {
        ViewportSize = new() { Width = Width, Height = Height },
        HasTouch = Touch,
        IsMobile = Touch,
        DeviceScaleFactor = Touch ? 2 : 1,
        StorageState = session,
        ReducedMotion = ReducedMotion.Reduce,
    };
}
