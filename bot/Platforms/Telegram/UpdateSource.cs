using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Receives updates, by long polling or at a webhook, and keeps the menu of commands what it should be. Says once what is wrong, and again
/// once it is mended.
/// </summary>
/// <remarks>Source: Telegram Bot API, "Getting updates", "setWebhook".</remarks>
internal sealed class UpdateSource(
    BotApi api, BotSettings settings, CommandMenu menu, Identity identity, TimeProvider time, ILogger<UpdateSource> log)
{
    /// <summary>Not longer: a line that has died without a word is noticed only when the answer is late.</summary>
    private static readonly TimeSpan PollFor = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan LongestMenuWait = TimeSpan.FromMinutes(10);

    /// <summary>Whoever types after Telegram was away waits no longer than this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    /// <summary>Until a person has mended it.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan IdleBeforeForgetting = TimeSpan.FromDays(1);
    private readonly Secret _webhookKey = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    private readonly ConcurrentDictionary<long, Lazy<Task>> _deliveries = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Update, CancellationToken, Task>? _handle;
    private string _complaint = "";

    /// <summary>Completes once Telegram knows the bot and how it wants its updates.</summary>
    public Task Connected => _connected.Task;

    public async Task RunAsync(Func<Update, CancellationToken, Task> handle, CancellationToken ct)
    {
        _handle = handle;
        await PersistAsync(IntroduceAsync, ct);
        var publishing = PublishAsync(ct);
        if (settings.Telegram.Webhook is { } url)
        {
            await PersistAsync(stopping => api.SetWebhookAsync(url, _webhookKey, stopping), ct);
            if (!ct.IsCancellationRequested) _connected.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct).Settled();
            await publishing;
            return;
        }
        await PersistAsync(api.DeleteWebhookAsync, ct);
        if (!ct.IsCancellationRequested) _connected.TrySetResult();
        var (window, last) = (new UpdateWindow(handle), time.GetTimestamp());
        while (!ct.IsCancellationRequested)
            await PersistAsync(async stopping => last = await PollAsync(window, last, stopping), ct);
        await publishing;
    }

    /// <summary>
    /// Answers a webhook's delivery once it is handled, so that one cut off by a kill comes again; they come in any order.
    /// </summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        var key = Encoding.UTF8.GetBytes(context.Request.Headers["X-Telegram-Bot-Api-Secret-Token"].ToString());
        if (!CryptographicOperations.FixedTimeEquals(key, Encoding.UTF8.GetBytes(_webhookKey.Reveal())))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        try
        {
            var update = await JsonSerializer.DeserializeAsync(context.Request.Body, TelegramJson.Default.Update, context.RequestAborted);
            if (_handle is null || update is null) throw new JsonException();
            var delivery = _deliveries.GetOrAdd(update.UpdateId, _ => new(() => _handle(update, CancellationToken.None)));
            await delivery.Value;
            _deliveries.TryRemove(update.UpdateId, out _);
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    private async Task IntroduceAsync(CancellationToken ct)
    {
        var me = await api.GetMeAsync(ct);
        identity.Username = me.Username ?? "";
        log.LogInformation("telegram: @{Name} at {Server}", me.Username, api.Server.Authority);
    }

    /// <summary>Beside everything else: a server that does not take the menu is no reason to be deaf.</summary>
    private async Task PublishAsync(CancellationToken ct)
    {
        for (var failures = 0; !ct.IsCancellationRequested; failures++)
        {
            try
            {
                await menu.PublishAsync(ct);
                return;
            }
            catch (BotApiException e)
            {
                if (failures == 0) log.LogWarning("telegram: the menu of commands is not set: {Cause}", e.Message);
                if (!e.IsTransient) return;
                var wait = e.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestMenuWait.TotalSeconds, Math.Pow(2, failures)));
                await Task.Delay(wait, time, ct).Settled();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<long> PollAsync(UpdateWindow window, long last, CancellationToken ct)
    {
        var busy = !window.Progress.IsCompleted;
        if (!busy && time.GetElapsedTime(last) > IdleBeforeForgetting) window.Forget();
        var asked = time.GetTimestamp();
        var updates = await api.GetUpdatesAsync(window.Offset, busy ? TimeSpan.Zero : PollFor, ct);
        foreach (var update in updates) _ = window.Take(update, ct);
        // A server that answers at once with nothing would be asked without end.
        if (updates.Count == 0 && !busy && time.GetElapsedTime(asked) < LookAgain) await Task.Delay(LookAgain, time, ct);
        // While some are under way the next poll brings them again, so it waits a little for their end.
        if (!window.Progress.IsCompleted) await Task.WhenAny(window.Progress, Task.Delay(LookAgain, time, ct));
        return updates.Count > 0 ? time.GetTimestamp() : last;
    }

    private async Task PersistAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        for (var failures = 0; !ct.IsCancellationRequested; failures++)
        {
            try
            {
                await work(ct);
                if (_complaint.Length > 0) log.LogInformation("telegram: well again");
                _complaint = "";
                return;
            }
            catch (BotApiException e)
            {
                Complain(e);
                var backoff = TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, Math.Pow(2, failures)));
                await Task.Delay(e.RetryAfter ?? (e.Code is 401 or 404 or 409 ? AfterRefusal : backoff), time, ct).Settled();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Complain(BotApiException e)
    {
        var complaint = e.Code switch
        {
            401 or 404 => "Telegram does not know this token; make one with @BotFather and set TELEGRAM_BOT_TOKEN",
            409 => $"another program polls for this bot ({e.Description}); standing back until it ends. Every bot needs a token of its own",
            _ => e.Message,
        };
        if (complaint == _complaint) return;
        _complaint = complaint;
        log.LogWarning("telegram: {Complaint}", complaint);
    }
}
