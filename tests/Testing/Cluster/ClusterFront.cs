using System.Collections.Concurrent;
using ChatOps.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// One address for two API servers: our custom resources live on an embedded one, everything else on the real one. The real server at hand
/// (v1.20, built with a newer Go than it was written for) ends with a segmentation fault when any custom resource is created, whatever its
/// schema; so its own workloads, controllers and patches are tested for real, and our resources beside it.
/// </summary>
public sealed class ClusterFront : IAsyncDisposable
{
    private readonly EmbeddedCluster _embedded;
    private readonly HttpClient _toReal;
    private readonly HttpClient _toEmbedded;
    private readonly ConcurrentDictionary<string, bool> _namespaces = new();
    private LocalServer? _server;

    private ClusterFront(EmbeddedCluster embedded, RealApiServer real)
    {
        _embedded = embedded;
        _toReal = Client(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }, real.Url);
        _toReal.DefaultRequestHeaders.Add("Authorization", $"Bearer {RealApiServer.AdminToken}");
        _toEmbedded = Client(new SocketsHttpHandler(), embedded.Url);
    }

    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: front
          cluster: {server: "{{_server!.Url}}" }
        users:
        - name: front
          user: {}
        contexts:
        - name: front
          context: {cluster: front, user: front, namespace: default}
        current-context: front

        """;

    public static async Task<ClusterFront> StartAsync(RealApiServer real)
    {
        var front = new ClusterFront(await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Controllers = false }), real);
        front._server = await LocalServer.StartAsync(front.ForwardAsync);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _embedded.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        _toReal.Dispose();
        _toEmbedded.Dispose();
    }

    private static HttpClient Client(SocketsHttpHandler handler, Uri server) => new(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };

    private async Task ForwardAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var ours = path.StartsWith("/apis/chatops.ghostwire.io/", StringComparison.Ordinal) || path.StartsWith("/apis/apiextensions.k8s.io/", StringComparison.Ordinal);
        if (ours) EnsureNamespace(path);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path + context.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }
        try
        {
            using var answer = await (ours ? _toEmbedded : _toReal).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
            await CopyAsync(body, context);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    /// <summary>A watch is read line by line as it comes, so nothing may wait in a buffer.</summary>
    private static async Task CopyAsync(Stream body, HttpContext context)
    {
        var buffer = new byte[16 * 1024];
        await context.Response.StartAsync(context.RequestAborted);
        int read;
        while ((read = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private void EnsureNamespace(string path)
    {
        var parts = path.Split('/');
        var at = Array.IndexOf(parts, "namespaces");
        if (at > 0 && at + 1 < parts.Length)
            _namespaces.GetOrAdd(parts[at + 1], ns => { _embedded.Apply($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}}}}}"); return true; });
    }
}
