using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>
/// An address of an API server that passes on only what the given Roles allow; the rest is forbidden, and remembered. One right at a
/// time can be taken away from them, for new calls: a watch that was let through goes on, as with the real server.
/// </summary>
internal sealed class RightsFront : IAsyncDisposable
{
    private readonly HashSet<(string Namespace, Right Right)> _allowed;
    private readonly ConcurrentQueue<string> _refused = [];
    private readonly ConcurrentQueue<string> _passed = [];
    private readonly HttpClient _server;
    private volatile string? _taken;
    private LocalServer? _front;

    private RightsFront(Uri server, IEnumerable<JsonObject> roles)
    {
        _allowed = [.. roles.SelectMany(role => Rights.Of(role).Select(right => (Rights.NamespaceOf(role), right)))];
        _server = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>How much was asked for by right so far; <see cref="PassedSince"/> takes it.</summary>
    public int Mark => _passed.Count;

    public IEnumerable<string> PassedSince(int mark) => _passed.Skip(mark).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Takes a right away until it is given back; what the calls refused so far were is forgotten.</summary>
    /// <param name="right">As it is written: <c>patch changes/status.chatops.ghostwire.io</c>.</param>
    public void Take(string right)
    {
        Assert.Contains(_allowed, a => a.Right.ToString() == right);
        _refused.Clear();
        _taken = right;
    }

    public void GiveBack() => _taken = null;

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

    /// <summary>Starts the bot of a demo anew with the rights that the chart gives it.</summary>
    public static async Task<RightsFront> BehindAsync(RunningDemo demo, IEnumerable<JsonObject> rendered)
    {
        var roles = Rights.Roles(rendered).Where(r => Rights.NameOf(r) is "chatops-changes" or "chatops-self" or "chatops-targets");
        var front = await StartAsync(demo.World.Kubeconfig, roles);
        await demo.World.KillBotAsync();
        await File.WriteAllTextAsync(demo.World.Kubeconfig, front.Kubeconfig, TestContext.Current.CancellationToken);
        await demo.World.StartBotAsync(TestContext.Current.CancellationToken);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null) await _front.DisposeAsync();
        _server.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        // Whoever is signed in may read the version (ClusterRole system:public-info-viewer).
        if (context.Request.Path == "/version")
        {
            await PassAsync(context);
            return;
        }
        var (ns, asked) = Right.Asked(context.Request);
        if (asked.ToString() == _taken || (!_allowed.Contains((ns, asked)) && !_allowed.Contains((ns, asked with { Name = null }))))
        {
            _refused.Enqueue($"{asked} {asked.Name} in {ns}");
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            var message = $"{asked.Resource} is forbidden: the account cannot {asked.Verb} it in the namespace \"{ns}\"";
            await context.Response.WriteAsJsonAsync(new { kind = "Status", status = "Failure", reason = "Forbidden", message, code = 403 });
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
            await answer.HandOnAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }
}
