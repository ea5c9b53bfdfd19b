using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Discord.Server;

/// <summary>Decides what a request is answered: ban, token, limits, then the route itself ("API Reference", "Rate Limits").</summary>
internal sealed class Rest(World world)
{
    public Answer Answer(ApiRequest request, Route? route, DiscordFault? fault)
    {
        lock (world.Gate)
        {
            if (world.Rates.Banned) return Shut();
            var answer = Carry(request, route, fault);
            if (answer.Status is 401 or 403 or 429 && answer.Verdict?.RefusedScope != "shared") world.Rates.CountInvalid();
            if (answer.Verdict is null) return answer;
            var headers = RateHeaders.Of(answer.Verdict, world.Time.GetUtcNow());
            // What stands in front of the API knows nothing of its buckets.
            var wait = world.Rates.Wait(answer.Verdict);
            return answer with { WaitUntil = wait, Headers = [.. headers.Where(h => answer.Page is null || h.Name == "Retry-After")] };
        }
    }

    private Answer Carry(ApiRequest request, Route? route, DiscordFault? fault)
    {
        if (fault is { IsHtml: true, RetryAfter: null }) return new(fault.Status!.Value, Page: fault.Body);
        if (route is null) return Refused(request, ApiRefusal.NoRoute(), null);
        if (route.NeedsToken && (world.Sessions.TokenReset || request.Authorization != $"Bot {world.Options.Token}"))
            return Refused(request, ApiRefusal.Unauthorized(), null);
        var verdict = fault?.RetryAfter is { } wait
            ? world.Rates.Rest(route, request, fault.Scope, wait)
            : world.Rates.Take(route, request);
        if (verdict.Refused && fault is { IsHtml: true }) return new(429, Page: fault.Body, Verdict: verdict);
        if (verdict.Refused) return TooMany(request, verdict);
        try
        {
            if (fault?.Status is { } status) throw new ApiRefusal(status, fault.Code, fault.Body);
            if (request.Unreadable) throw ApiRefusal.Malformed();
            var result = route.Run(world, request);
            return new(result is null ? 204 : request.Status, Body: result, Verdict: verdict);
        }
        catch (ApiRefusal refusal)
        {
            return Refused(request, refusal, verdict);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidCastException)
        {
            // A JSON value of a kind nobody foresaw. Discord would name the field; the test sees where it happened.
            request.Call.Reason = $"{e}";
            return new(500, Body: new ApiRefusal(500, 0, "500: Internal Server Error").ToJson(), Verdict: verdict);
        }
    }

    private static Answer TooMany(ApiRequest request, RateVerdict verdict)
    {
        request.Call.Reason = $"{verdict.RefusedScope} limit, {verdict.RetryAfter.TotalSeconds:0.000} s";
        return new(429, Verdict: verdict, Body: new JsonObject
        {
            ["message"] = verdict.RefusedScope == "shared" ? "The resource is being rate limited." : "You are being rate limited.",
            ["retry_after"] = Math.Ceiling(verdict.RetryAfter.TotalMilliseconds) / 1000,
            ["global"] = verdict.RefusedScope == "global",
        });
    }

    private static Answer Refused(ApiRequest request, ApiRefusal refusal, RateVerdict? verdict)
    {
        (request.Call.Code, request.Call.Reason) = (refusal.Code, refusal.Message);
        return new(refusal.Status, Body: refusal.ToJson(), Verdict: verdict);
    }

    private Answer Shut() => new(429, Page: DiscordFault.Page("error code: 1015"))
    {
        Headers = [("Retry-After", Math.Ceiling(world.Rates.BannedFor.TotalSeconds).ToString(CultureInfo.InvariantCulture))],
    };
}
