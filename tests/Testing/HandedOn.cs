using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>
/// Hands the answer of another server on as it comes. A watch may have nothing to tell for minutes, and whoever asked for it may do nothing
/// before its head is there: kubectl does not even end.
/// </summary>
public static class HandedOn
{
    /// <summary>Status and type, sent at once: a response that was only started waits for its first byte.</summary>
    public static Task HandOnHeadAsync(this HttpResponseMessage answer, HttpContext to)
    {
        to.Response.StatusCode = (int)answer.StatusCode;
        to.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        return to.Response.Body.FlushAsync(to.RequestAborted);
    }

    /// <summary>Head and body; nothing of it waits in a buffer.</summary>
    public static async Task HandOnAsync(this HttpResponseMessage answer, HttpContext to)
    {
        await answer.HandOnHeadAsync(to);
        await using var body = await answer.Content.ReadAsStreamAsync(to.RequestAborted);
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, to.RequestAborted) is > 0 and var read)
        {
            await to.Response.Body.WriteAsync(buffer.AsMemory(0, read), to.RequestAborted);
            await to.Response.Body.FlushAsync(to.RequestAborted);
        }
    }
}
