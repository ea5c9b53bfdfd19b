using System.Net;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.S3;

/// <summary>
/// Stands before s3rver: adds the calls and conditions it lacks, notes every request, and fails on demand. All that carries data goes
/// through to s3rver unchanged.
/// </summary>
public sealed class S3Front : IAsyncDisposable
{
    private readonly S3Server _server;
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None });
    private readonly List<S3Call> _calls = [];
    private readonly List<S3Fault> _faults = [];
    private LocalServer? _front;

    private S3Front(S3Server server) => _server = server;

    public Uri Url => _front!.Url;

    public S3Server Server => _server;

    /// <summary>Uploads tell that they were begun so long ago.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>As many servers do.</summary>
    public bool IgnoresConditions { get; set; }

    public IReadOnlyList<S3Call> Calls
    {
        get { lock (_calls) return [.. _calls]; }
    }

    public static async Task<S3Front> StartAsync()
    {
        var front = new S3Front(await S3Server.StartAsync());
        front._front = await LocalServer.StartAsync(front.AnswerAsync);
        return front;
    }

    public void Fail(S3Fault fault)
    {
        lock (_faults) _faults.Add(fault);
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Allow(context);
        var call = S3Call.Of(context.Request);
        lock (_calls) _calls.Add(call);
        var fault = Take(call);
        if (fault is { Arrives: false } && await RefuseAsync(context, fault)) return;
        if (!IgnoresConditions && S3Conditions.Refusal(call, _server) is { } code)
        {
            await WriteAsync(context, code.Status, S3Xml.Error(code.Name));
            return;
        }
        if (await AnswerWhatIsMissingAsync(context, call)) return;
        await ForwardAsync(context, call, fault);
    }

    private async Task<bool> AnswerWhatIsMissingAsync(HttpContext context, S3Call call)
    {
        if (call is { Method: "GET" } && call.Has("uploads"))
            await WriteAsync(context, 200, S3Xml.Uploads(_server.Uploads(), TimeProvider.System.GetUtcNow() - Age));
        else if (call is { Method: "DELETE" } && call.Query("uploadId") is { } id)
            await (_server.Abort(id) ? WriteAsync(context, 204, "") : WriteAsync(context, 404, S3Xml.Error("NoSuchUpload")));
        else
            return false;
        return true;
    }

    private async Task ForwardAsync(HttpContext context, S3Call call, S3Fault? fault)
    {
        using var request = S3Relay.Request(context, new Uri(_server.Url, context.Request.Path + context.Request.QueryString));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (fault is { Arrives: true } && await RefuseAsync(context, fault)) return;
        await S3Relay.CopyAsync(answer, context, fault?.CutAfter);
    }

    private static async Task<bool> RefuseAsync(HttpContext context, S3Fault fault)
    {
        fault.Met.TrySetResult();
        if (fault.CutAfter is not null) return false;
        if (fault.Hangs) await HangAsync(context);
        if (fault.Status == 0) context.Abort();
        else await WriteAsync(context, fault.Status, S3Xml.Error(fault.Code));
        return true;
    }

    private static async Task HangAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private S3Fault? Take(S3Call call)
    {
        lock (_faults) return _faults.FirstOrDefault(fault => fault.On(call) && fault.TakeOne());
    }

    private static async Task WriteAsync(HttpContext context, int status, string xml)
    {
        // A server may answer before it has read the body, but a client that still sends would take that for a cut.
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = status;
        if (status == 204 || context.Request.Method == "HEAD") return;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(xml);
    }

    private static void Allow(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
}
