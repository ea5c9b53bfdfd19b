using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Testing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>An address of an API server that passes on only what the given Roles allow; the rest is forbidden, and remembered.</summary>
internal sealed class RightsFront : IAsyncDisposable
{
    private readonly HashSet<(string Namespace, Right Right)> _allowed;
    private readonly ConcurrentQueue<string> _refused = [];
    private readonly ConcurrentQueue<string> _passed = [];
    private readonly HttpClient _server;
    private LocalServer? _front;

    private RightsFront(Uri server, IEnumerable<JsonObject> roles)
    {
        _allowed = [.. roles.SelectMany(role => Rights.Of(role).Select(right => (Rights.NamespaceOf(role), right)))];
        _server = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What was asked for without a right.</summary>
    public IEnumerable<string> Refused => _refused.Distinct().Order(StringComparer.Ordinal);

    /// <summary>What was asked for by right.</summary>
    public IEnumerable<string> Passed => _passed.Distinct().Order(StringComparer.Ordinal);

    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: front, cluster: {server: "{{_front!.Url}}"} }]
        users: [{name: front, user: {} }]
        contexts: [{name: front, context: {cluster: front, user: front, namespace: chatops} }]
        current-context: front

        """;

    public static async Task<RightsFront> StartAsync(string kubeconfig, IEnumerable<JsonObject> roles)
    {
        var front = new RightsFront(ChatOps.Kubernetes.Kubeconfig.Load([kubeconfig]).Connect().Server, roles);
        front._front = await LocalServer.StartAsync(front.ForwardAsync);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        _server.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var (ns, asked) = Asked(context.Request);
        if (!_allowed.Contains((ns, asked)) && !_allowed.Contains((ns, asked with { Name = null })))
        {
            _refused.Enqueue($"{asked} {asked.Name} in {ns}");
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsJsonAsync(new { kind = "Status", status = "Failure", reason = "Forbidden", code = 403 });
            return;
        }
        _passed.Enqueue(asked.ToString());
        await PassAsync(context);
    }

    private async Task PassAsync(HttpContext context)
    {
        var asked = context.Request;
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), asked.Path.Value + asked.QueryString);
        if (asked.ContentType is not null)
        {
            request.Content = new StreamContent(asked.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
        }
        try
        {
            using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
            await context.Response.StartAsync(context.RequestAborted);
            var buffer = new byte[16 * 1024];
            // A watch comes line by line, and nothing of it may wait in a buffer.
            while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    /// <summary>As the API server takes a request apart: a list or watch of one name is a request for that name.</summary>
    private static (string Namespace, Right Right) Asked(HttpRequest request)
    {
        string[] path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var group = path[0] == "apis" ? path[1] : "";
        string[] rest = path[0] == "apis" ? path[3..] : path[2..];
        if (rest is not ["namespaces", var ns, var resource, .. var more]) return ("", new(request.Method, request.Path, group));
        var selected = request.Query["fieldSelector"].ToString().Split("metadata.name=");
        var name = more is [var named, ..] ? named : selected is [_, var only] ? only : null;
        var verb = request.Method switch
        {
            "POST" => "create",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ when request.Query["watch"] == "true" => "watch",
            _ when more.Length == 0 => "list",
            _ => "get",
        };
        return (ns, new(verb, more is [_, var subresource, ..] ? $"{resource}/{subresource}" : resource, group, name));
    }
}
