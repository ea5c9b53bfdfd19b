using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.S3;

/// <summary>Carries a request on and its answer back, headers and bytes as they are; an answer may be cut in the middle.</summary>
internal static class S3Relay
{
    private static readonly string[] OfTheConnection = ["Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Expect"];

    public static HttpRequestMessage Request(HttpContext context, Uri url)
    {
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), url);
        if (context.Request.ContentLength is not null) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, value) in context.Request.Headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, value.AsEnumerable());
        }
        return request;
    }

    public static async Task CopyAsync(HttpResponseMessage answer, HttpContext context, long? cutAfter)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!OfTheConnection.Contains(name)) context.Response.Headers[name] = values.ToArray();
        }
        if (context.Request.Method == "HEAD") return;
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (cutAfter is not { } left)
        {
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
            return;
        }
        var buffer = new byte[Math.Max(1, left)];
        await context.Response.Body.WriteAsync(buffer.AsMemory(0, await body.ReadAtLeastAsync(buffer, (int)left, false)));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
