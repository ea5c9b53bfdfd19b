using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatOps.Values;

namespace ChatOps.Kubernetes;

/// <summary>
/// Sends one call and returns its successful answer. Obeys "too many requests", renews credentials once when they are refused, and turns
/// every other failure into an <see cref="ApiException"/>.
/// </summary>
internal sealed class RequestSender(ClusterConnection connection, TimeProvider time) : IDisposable
{
    private const int MostTries = 5;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    // The server ends a watch after 5 to 10 minutes by itself and sends bookmarks about every minute; longer silence is a dead connection.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(11);
    private readonly HttpClient _http = connection.CreateHttpClient();

    public async Task<HttpResponseMessage> SendAsync(Call call, CancellationToken ct)
    {
        var credentialsRenewed = false;
        for (var tries = 1; ; tries++)
        {
            var response = await SendOnceAsync(call, ct);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && !credentialsRenewed && connection.Credentials.Renew())
                {
                    credentialsRenewed = true;
                    continue;
                }
                var refusal = await RefusalAsync(call, response, ct);
                if (tries >= MostTries || response.Headers.RetryAfter is null || !refusal.IsTransient) throw refusal;
                await Task.Delay(Wait(response.Headers.RetryAfter), time, ct);
            }
        }
    }

    /// <summary>Sends a call whose answer is one document of this type.</summary>
    public async Task<T> AskAsync<T>(Call call, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var response = await SendAsync(call, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw Unreadable(call, e);
        }
    }

    public ApiException Unreadable(Call call, Exception cause) =>
        ApiException.Unreadable(call.Verb, call.ToString(), connection.Server, cause);

    /// <summary>The next line of a stream, null at its end; a lost connection is an <see cref="ApiException"/> like any other.</summary>
    public Task<string?> NextLineAsync(StreamReader lines, Call call, CancellationToken ct) =>
        AnswerAsync(call, LongestSilence, both => lines.ReadLineAsync(both).AsTask(), ct);

    public void Dispose() => _http.Dispose();

    private Task<HttpResponseMessage> SendOnceAsync(Call call, CancellationToken ct) => AnswerAsync(call, AnswerWithin, async both =>
    {
        using var request = await RequestAsync(call, both);
        // Past the headers of a stream there is no limit but silence; anything else arrives whole within the limit.
        var completion = call.Streams ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead;
        return await _http.SendAsync(request, completion, both);
    }, ct);

    private Task<T> AnswerAsync<T>(Call call, TimeSpan within, Func<CancellationToken, Task<T>> answer, CancellationToken ct) =>
        Answers.WithinAsync(
            within, time, answer, e => ApiException.Unreachable(call.Verb, call.ToString(), connection.Server, e), ct);

    private async Task<HttpRequestMessage> RequestAsync(Call call, CancellationToken ct)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(connection.Server, call.Target));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(call.Subresource == "log" ? "*/*" : "application/json"));
        if (await connection.Credentials.AuthorizationAsync(ct) is { } authorization) request.Headers.Authorization = authorization;
        if (call.Body is not null)
        {
            request.Content = new StringContent(call.Body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(call.ContentType);
        }
        return request;
    }

    private static TimeSpan Wait(RetryConditionHeaderValue retryAfter) =>
        retryAfter.Delta is { } delta && delta < TimeSpan.FromSeconds(30) ? delta : TimeSpan.FromSeconds(1);

    private async Task<ApiException> RefusalAsync(Call call, HttpResponseMessage response, CancellationToken ct)
    {
        // That of a stream is still on its way.
        var text = await AnswerAsync(call, AnswerWithin, response.Content.ReadAsStringAsync, ct);
        var status = Parse(text);
        var reason = status?.Reason is { Length: > 0 } r ? r : response.StatusCode.ToString();
        var message = status?.Message is { Length: > 0 } m ? m : $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}";
        return new ApiException(call.Verb, call.ToString(), response.StatusCode, reason, message, Hint(call, response.StatusCode, status))
        {
            IsOfAdmission = response.StatusCode == HttpStatusCode.Forbidden && status?.IsOfAdmission == true,
        };
    }

    private static ApiStatus? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, KubernetesJson.Default.ApiStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Hint(Call call, HttpStatusCode code, ApiStatus? said) => code switch
    {
        HttpStatusCode.Forbidden when said?.IsOfQuota == true =>
            $"A quota is used up, no right is missing: kubectl{(call.Ns is { } where ? $" -n {where}" : "")} describe resourcequota",
        HttpStatusCode.Forbidden when said?.IsOfAdmission == true =>
            "A rule of the cluster refuses it, no right is missing: whoever keeps its admission rules can let it through",
        HttpStatusCode.Forbidden when call.Kind is { } kind =>
            $"The role of this program lacks the verb {call.Verb} on {kind.Plural}{(call.Subresource is { } s ? $"/{s}" : "")}"
            + $"{(kind.Group.Length > 0 ? $" of {kind.Group}" : "")}: add it to the Role{(call.Ns is { } ns ? $" in namespace {ns}" : "")}",
        HttpStatusCode.Unauthorized => "The token or certificate is not accepted: renew the kubeconfig or the service account token",
        HttpStatusCode.Conflict => "Somebody else changed it in the meantime: look at it again, then repeat",
        HttpStatusCode.NotFound when call.Name is null && call.Kind is { } kind =>
            $"The server does not know {kind.Qualified}: install the custom resource definitions of the chart",
        _ => null,
    };
}
