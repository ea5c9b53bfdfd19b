using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Takes HTTP in and gives it out ("Making requests"), with the faults a test ordered in between.</summary>
internal sealed class Front(World world, FaultPlan<TelegramFault, TelegramCall> faults)
{
    private CancellationTokenSource _open = new();

    /// <summary>Ends every connection there is.</summary>
    public void Cut() => Interlocked.Exchange(ref _open, new()).Cancel();

    public async Task HandleAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        using var cut = _open.Token.Register(http.Abort);
        var path = http.Request.Path.Value ?? "";
        try
        {
            if (path.StartsWith("/file/bot", StringComparison.Ordinal)) await DownloadAsync(http, path["/file/bot".Length..]);
            else if (path.StartsWith("/bot", StringComparison.Ordinal)) await CallAsync(http, path["/bot".Length..]);
            else await WriteAsync(http, 404, new ApiRefusal(404, "Not Found").ToJson());
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The bot hung up, or the test did.
        }
    }

    private async Task CallAsync(HttpContext http, string tail)
    {
        var slash = tail.IndexOf('/', StringComparison.Ordinal);
        var (token, method) = slash < 0 ? (tail, "") : (tail[..slash], tail[(slash + 1)..]);
        ApiRequest request;
        try
        {
            request = await ApiRequest.ReadAsync(http.Request);
        }
        catch (ApiRefusal refusal)
        {
            await WriteAsync(http, refusal.Code, refusal.ToJson());
            return;
        }
        var call = new TelegramCall
        {
            Method = method,
            Parameters = request.Values,
            ChatId = request.Number("chat_id"),
            At = world.Time.GetUtcNow(),
        };
        world.Record(call);
        var fault = faults.Take(call);
        if (fault?.Wait > TimeSpan.Zero) await Task.Delay(fault.Wait, world.Time, http.RequestAborted);
        if (fault?.Until is { } until) await until.WaitAsync(http.RequestAborted);
        if (fault?.DropsBefore == true)
        {
            http.Abort();
            return;
        }
        if (fault?.IsHtml == true)
        {
            call.Code = fault.Code!.Value;
            http.Response.StatusCode = call.Code;
            http.Response.ContentType = "text/html";
            await http.Response.WriteAsync(fault.Body, http.RequestAborted);
            return;
        }
        var body = await AnswerAsync(call, token, request, fault, http.RequestAborted);
        call.AnswerLost = fault?.DropsAfter == true || body is null;
        world.Pulse.Beat();
        if (call.AnswerLost) http.Abort();
        else await WriteAsync(http, call.Code, body!);
    }

    /// <summary>A call carried in the answer of a webhook; nobody hears its result.</summary>
    private async Task ReplyAsync(JsonObject reply)
    {
        var request = ApiRequest.Of(reply);
        var call = new TelegramCall
        {
            Method = request.Text("method") ?? "",
            Parameters = request.Values,
            ChatId = request.Number("chat_id"),
            At = world.Time.GetUtcNow(),
        };
        world.Record(call);
        await AnswerAsync(call, world.Options.Token, request, null, default);
    }

    private async Task<JsonObject?> AnswerAsync(
        TelegramCall call, string token, ApiRequest request, TelegramFault? fault, CancellationToken gone)
    {
        try
        {
            if (token != world.Options.Token) throw new ApiRefusal(401, "Unauthorized");
            lock (world.Gate) world.Flood.ThrowIfBanned();
            if (fault?.Code is { } code) throw Injected(call, code, fault);
            var result = await RunAsync(call, request, gone);
            call.Code = 200;
            return result is null ? null : new JsonObject { ["ok"] = true, ["result"] = result };
        }
        catch (ApiRefusal refusal)
        {
            (call.Code, call.Description) = (refusal.Code, refusal.Message);
            return refusal.ToJson();
        }
    }

    private async Task<JsonNode?> RunAsync(TelegramCall call, ApiRequest request, CancellationToken gone)
    {
        if (call.Method.Equals("getUpdates", StringComparison.OrdinalIgnoreCase))
        {
            lock (world.Gate)
            {
                if (world.Webhook is not null)
                    throw ApiRefusal.Conflict(
                        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
            }
            return await world.Updates.GetAsync(request, gone);
        }
        lock (world.Gate)
        {
            if (call.Method.Equals("setWebhook", StringComparison.OrdinalIgnoreCase)) return WebhookMethods.Set(world, request, ReplyAsync);
            return MethodCatalog.All.TryGetValue(call.Method, out var run) ? run(world, request) : throw new ApiRefusal(404, "Not Found");
        }
    }

    private ApiRefusal Injected(TelegramCall call, int code, TelegramFault fault)
    {
        if (fault.Seconds is not { } seconds) return new(code, fault.Body);
        lock (world.Gate) world.Flood.Rest(call.ChatId, TimeSpan.FromSeconds(seconds));
        return ApiRefusal.TooMany(seconds);
    }

    private async Task DownloadAsync(HttpContext http, string tail)
    {
        var slash = tail.IndexOf('/', StringComparison.Ordinal);
        TelegramDocument? file;
        lock (world.Gate) file = world.Files.Values.FirstOrDefault(f => slash > 0 && f.Path == tail[(slash + 1)..]);
        if (file is null || tail[..slash] != world.Options.Token)
        {
            await WriteAsync(http, 404, new ApiRefusal(404, "Not Found").ToJson());
            return;
        }
        http.Response.ContentType = "application/octet-stream";
        await http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, int code, JsonObject body)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        if ((int?)body["parameters"]?["retry_after"] is { } seconds) http.Response.Headers.RetryAfter = $"{seconds}";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }
}
