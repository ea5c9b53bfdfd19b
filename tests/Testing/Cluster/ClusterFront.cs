using System.Collections.Concurrent;
using System.Net;
using ChatOps.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// One address for two API servers: our custom resources live on another one than everything else. The real server at hand (v1.20, built
/// with a newer Go than it was written for) ends with a segmentation fault when any custom resource is created, whatever its schema; so its
/// own workloads, controllers and patches are tested for real, and our resources beside it: on a newer real server that serves nothing
/// else, where <c>tests/apiextensions.sh</c> has built it, and on an embedded one where not. Whoever comes with a token has the rights the
/// real server gives it, for our resources too; whoever comes without is the administrator.
/// </summary>
public sealed class ClusterFront : IAsyncDisposable
{
    private readonly EmbeddedCluster? _embedded;
    private readonly HttpClient _toReal;
    private readonly HttpClient _toCustom;
    private readonly AccessReview _access;
    private readonly ConcurrentDictionary<string, bool> _namespaces = new();
    private LocalServer? _server;

    private ClusterFront(EmbeddedCluster? embedded, RealApiServer real)
    {
        _embedded = embedded;
        _toReal = Client(real.Url);
        _toCustom = Client(embedded?.Url ?? real.CustomResources!);
        _access = new(_toReal);
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
        var embedded = real.CustomResources is null
            ? await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Controllers = false })
            : null;
        var front = new ClusterFront(embedded, real);
        front._server = await LocalServer.StartAsync(front.ForwardAsync);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null) await _embedded.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        _toReal.Dispose();
        _toCustom.Dispose();
    }

    private static HttpClient Client(Uri server)
    {
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        var client = new HttpClient(handler) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (server.Scheme == Uri.UriSchemeHttps) client.DefaultRequestHeaders.Add("Authorization", $"Bearer {RealApiServer.AdminToken}");
        return client;
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var ours = path.StartsWith("/apis/chatops.ghostwire.io/", StringComparison.Ordinal)
            || path.StartsWith("/apis/apiextensions.k8s.io/", StringComparison.Ordinal);
        var token = context.Request.Headers.Authorization.ToString();
        if (ours && _embedded is not null && token.Length > 0
            && await _access.OfAsync(context.Request) is var verdict and not HttpStatusCode.OK)
        {
            context.Response.StatusCode = (int)verdict;
            await context.Response.WriteAsJsonAsync(
                new { kind = "Status", status = "Failure", reason = $"{verdict}", code = (int)verdict });
            return;
        }
        if (ours && _embedded is not null) EnsureNamespace(_embedded, path);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path + context.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        if (token.Length > 0 && (!ours || _embedded is null)) request.Headers.TryAddWithoutValidation("Authorization", token);
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }
        try
        {
            using var answer = await (ours ? _toCustom : _toReal)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            await answer.HandOnAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private void EnsureNamespace(EmbeddedCluster embedded, string path)
    {
        var parts = path.Split('/');
        var at = Array.IndexOf(parts, "namespaces");
        if (at > 0 && at + 1 < parts.Length)
            _namespaces.GetOrAdd(parts[at + 1], ns =>
            {
                embedded.Apply($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}}}}}");
                return true;
            });
    }
}
