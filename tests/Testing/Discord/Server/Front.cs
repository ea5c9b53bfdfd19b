using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Takes HTTP in and gives it out ("API Reference"), with the faults a test ordered in between.</summary>
internal sealed partial class Front(World world, FaultPlan<DiscordFault, DiscordCall> faults, GatewayFront gateway)
{
    private const string Api = "/api/v10/";
    private readonly Rest _rest = new(world);
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
            if (http.WebSockets.IsWebSocketRequest) await gateway.HandleAsync(http);
            else if (path.StartsWith(Api, StringComparison.Ordinal)) await CallAsync(http, path[Api.Length..]);
            else if (path.StartsWith("/attachments/", StringComparison.Ordinal)) await DownloadAsync(http, path.Split('/'));
            else await WriteAsync(http, Stray(path));
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The bot hung up, or the test did.
        }
    }

    private async Task CallAsync(HttpContext http, string path)
    {
        var call = new DiscordCall { Method = http.Request.Method, Path = path, At = world.Time.GetUtcNow() };
        var request = new ApiRequest { Call = call, Query = http.Request.Query, Authorization = http.Request.Headers.Authorization };
        await request.ReadAsync(http.Request);
        var route = Find(request, path.Split('/'));
        if (!UserAgent().IsMatch(http.Request.Headers.UserAgent.ToString()))
            world.Violate($"User-Agent \"{http.Request.Headers.UserAgent}\" is not of the form DiscordBot ($url, $version)");
        var fault = faults.Take(call);
        // The wait begins before anybody can see the call and move the clock.
        var wait = Task.Delay(fault?.Wait ?? TimeSpan.Zero, world.Time, http.RequestAborted);
        world.Record(call);
        await wait;
        if (fault?.Until is { } until) await until.WaitAsync(http.RequestAborted);
        if (fault?.DropsBefore == true)
        {
            http.Abort();
            return;
        }
        var answer = _rest.Answer(request, route, fault);
        call.Status = answer.Status;
        call.AnswerLost = fault?.DropsAfter == true;
        world.Pulse.Beat();
        if (call.AnswerLost)
        {
            http.Abort();
            return;
        }
        await WriteAsync(http, answer);
        // The end of the body follows this handler, so no bot has read the answer before it counts as told.
        lock (world.Gate) world.Rates.Tell(answer);
    }

    private static Route? Find(ApiRequest request, string[] parts)
    {
        foreach (var route in RouteCatalog.All.Where(r => r.Method == request.Call.Method))
        {
            if (route.Match(parts) is not { } values) continue;
            request.Fill(values);
            request.Call.Route = route.Path;
            return route;
        }
        return null;
    }

    private async Task DownloadAsync(HttpContext http, string[] parts)
    {
        DiscordAttachment? file = null;
        lock (world.Gate)
        {
            if (parts.Length == 5 && ulong.TryParse(parts[2], out var channel) && ulong.TryParse(parts[3], out var id))
                file = world.Sent(channel).SelectMany(m => m.Versions).SelectMany(v => v.Attachments).FirstOrDefault(a => a.Id == id);
        }
        http.Response.StatusCode = file is null ? 404 : 200;
        if (file is not null) await http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted);
    }

    private static Answer Stray(string path)
    {
        var version = path.StartsWith("/api/", StringComparison.Ordinal);
        var refusal = version ? new ApiRefusal(400, 50041, "Invalid API version provided") : ApiRefusal.NoRoute();
        return new(refusal.Status, refusal.ToJson());
    }

    private static async Task WriteAsync(HttpContext http, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) http.Response.Headers[name] = value;
        if (answer.Status == 204) return;
        http.Response.ContentType = answer.Page is null ? "application/json" : "text/html; charset=UTF-8";
        await http.Response.WriteAsync(answer.Page ?? answer.Body!.ToJsonString(), http.RequestAborted);
    }

    [GeneratedRegex(@"^DiscordBot \(.+, .+\)")]
    private static partial Regex UserAgent();
}
