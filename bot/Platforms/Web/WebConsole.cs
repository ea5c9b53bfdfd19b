using System.Text;
using System.Text.Json;
using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Platforms.Web;

/// <summary>
/// The page's HTTP side: sign-in, the event stream, what people type and press. Every call but the sign-in needs a session.
/// </summary>
internal sealed class WebConsole(
    WebPlatform platform, Sessions sessions, Completion completion, Timeline timeline, AccessRules access, BotSettings settings,
    IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const int LargestBody = 16 * 1024;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    public void Map(WebApplication app)
    {
        app.MapGet("/", Page);
        app.MapGet("/app.css", () => Asset("app.css", "text/css; charset=utf-8"));
        app.MapGet("/app.js", () => Asset("app.js", "text/javascript; charset=utf-8"));
        app.MapGet("/icon.svg", () => Asset("icon.svg", "image/svg+xml"));
        app.MapGet("/sign-in", SignIn);
        app.MapGet("/api/session", c => WithSession(
            c, a => WriteAsync(c, new SessionAnswer(a, settings.Web.Channel), WebJson.Default.SessionAnswer)));
        app.MapGet("/api/events", c => WithSession(c, _ => StreamAsync(c)));
        app.MapGet("/api/timeline", c => WithSession(
            c, a => WriteAsync(c, timeline.For(access.Find("web", a[0])!), WebJson.Default.IReadOnlyListTimelineLane)));
        app.MapGet("/api/complete", c => WithSession(c, a => CompleteAsync(c, a)));
        app.MapPost("/api/messages", c => WithSession(c, a => TypedAsync(c, a)));
        app.MapPost("/api/press", c => WithSession(c, a => PressedAsync(c, a)));
    }

    private IResult Page(HttpContext context) => sessions.Accounts(context).Count > 0
        ? Asset("index.html", "text/html; charset=utf-8")
        : Asset("signed-out.html", "text/html; charset=utf-8", StatusCodes.Status401Unauthorized);

    private IResult SignIn(HttpContext context, string? code)
    {
        var known = code is { Length: <= 64 } && sessions.SignIn(code, context.Response, context.Request.IsHttps);
        return known ? Results.Redirect("/") : Asset("signed-out.html", "text/html; charset=utf-8", StatusCodes.Status401Unauthorized);
    }

    private async Task WithSession(HttpContext context, Func<IReadOnlyList<string>, Task> serve)
    {
        var accounts = sessions.Accounts(context);
        if (accounts.Count > 0) await serve(accounts);
        else context.Response.StatusCode = StatusCodes.Status401Unauthorized;
    }

    private async Task StreamAsync(HttpContext context)
    {
        // A stream ends with the bot: the browser comes back by itself, and the bot need not wait for it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var (response, gone) = (context.Response, over.Token);
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        var position = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last
            ? last
            : context.Request.Query["after"].ToString();
        try
        {
            await response.WriteAsync($"retry: {Reconnect.TotalMilliseconds}\n\n", gone);
            while (!gone.IsCancellationRequested)
            {
                var (events, reset, changed) = platform.After(position, settings.Web.Channel);
                if (reset)
                {
                    position = platform.Position(events.Count > 0 ? events[^1].Sequence : 0);
                    await response.WriteAsync($"event: reset\ndata: {{}}\nid: {position}\n\n", gone);
                }
                foreach (var e in events) await response.WriteAsync(Format(e, position = platform.Position(e.Sequence)), gone);
                await response.Body.FlushAsync(gone);
                var beat = Task.Delay(Heartbeat, time, gone);
                if (await Task.WhenAny(changed, beat) == beat && !gone.IsCancellationRequested)
                    await response.WriteAsync(": alive\n\n", gone);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser left; it resumes with Last-Event-ID.
        }
    }

    private static string Format(WebEvent e, string position) =>
        $"event: message\nid: {position}\ndata: {JsonSerializer.Serialize(e.Message, WebJson.Default.WebMessage)}\n\n";

    private async Task CompleteAsync(HttpContext context, IReadOnlyList<string> accounts)
    {
        var person = Acting(accounts, context.Request.Query["as"].ToString());
        var text = context.Request.Query["text"].ToString();
        var found = person is null ? [] : await completion.SuggestAsync(person, text, context.RequestAborted);
        await WriteAsync(context, found, WebJson.Default.IReadOnlyListSuggestion);
    }

    private async Task TypedAsync(HttpContext context, IReadOnlyList<string> accounts)
    {
        if (await ReadAsync(context, WebJson.Default.TypedText) is not { } typed || !Plausible(typed.Id)) return;
        if (Acting(accounts, typed.As) is null || platform.Inbox is not { } inbox)
        {
            context.Response.StatusCode = platform.Inbox is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status403Forbidden;
            return;
        }
        var text = typed.Text.Length > 4000 ? typed.Text[..4000] : typed.Text;
        platform.Say(settings.Web.Channel, typed.As, text);
        // The answer comes over the stream; the post itself is done when it was heard.
        await inbox.CommandAsync(Invocation(typed.Id, typed.As) with { Text = text }, CancellationToken.None);
        await WriteAsync(context, new Notice(null), WebJson.Default.Notice);
    }

    private async Task PressedAsync(HttpContext context, IReadOnlyList<string> accounts)
    {
        if (await ReadAsync(context, WebJson.Default.PressedButton) is not { } pressed || !Plausible(pressed.Id)) return;
        if (Acting(accounts, pressed.As) is null || platform.Inbox is not { } inbox)
        {
            context.Response.StatusCode = platform.Inbox is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status403Forbidden;
            return;
        }
        var notice = platform.Shows(pressed.Message, pressed.Action)
            ? await inbox.PressAsync(Invocation(pressed.Id, pressed.As), pressed.Action, CancellationToken.None)
            : "That button is no longer there. Look at the message again.";
        await WriteAsync(context, new Notice(notice), WebJson.Default.Notice);
    }

    private Person? Acting(IReadOnlyList<string> accounts, string account) =>
        accounts.Contains(account) ? access.Find("web", account) : null;

    private Invocation Invocation(string id, string account) =>
        new($"web:{account}:{id}", platform.Name, account, access.Find("web", account)?.Name ?? account, settings.Web.Channel);

    private static bool Plausible(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>
    /// A post must come from our own page: a header and a content type that a foreign form cannot send, and an origin that is ours
    /// (OWASP Cross-Site Request Forgery Prevention, custom request headers).
    /// </summary>
    private static async Task<T?> ReadAsync<T>(HttpContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        var request = context.Request;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        var ours = request.Headers["X-ChatOps"] == "1" && site is "" or "same-origin" or "none"
            && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value));
        if (!ours || request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return null;
        }
        try
        {
            if (request.ContentLength is null or > LargestBody) throw new JsonException();
            var body = await JsonSerializer.DeserializeAsync(request.Body, type, context.RequestAborted);
            if (body is not null) return body;
        }
        catch (JsonException)
        {
            // Answered below, like a body that says null.
        }
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return null;
    }

    private static async Task WriteAsync<T>(HttpContext context, T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted);
    }

    private static IResult Asset(string name, string type, int status = StatusCodes.Status200OK)
    {
        using var stream = typeof(WebConsole).Assembly.GetManifestResourceStream($"page/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Results.Text(reader.ReadToEnd(), type, Encoding.UTF8, status);
    }
}
