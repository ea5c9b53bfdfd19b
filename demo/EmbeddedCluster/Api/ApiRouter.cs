using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Failures;
using ChatOps.Cluster.Kinds;
using ChatOps.Cluster.Logs;
using ChatOps.Cluster.Storage;
using ChatOps.Cluster.Writing;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Takes every request to its handler; the only place where a refusal becomes an HTTP answer.</summary>
internal sealed class ApiRouter
{
    private readonly KindCatalog _kinds;
    private readonly ObjectStore _store;
    private readonly TimeProvider _time;
    private readonly ClusterFaults _faults;
    private readonly TokenCatalog _tokens;
    private readonly Discovery _discovery;
    private readonly OpenApi _openApi;
    private readonly ListHandler _lists;
    private readonly WatchHandler _watches;
    private readonly WriteHandler _writes;
    private readonly SubresourceHandler _subresources;
    private readonly LogHandler _logs;

    public ApiRouter(
        KindCatalog kinds, ObjectStore store, ObjectWriter writer, ObjectRemover remover, ClusterFaults faults, TokenCatalog tokens,
        Func<IContainerLogs?> logs, EmbeddedClusterOptions options)
    {
        (_kinds, _store, _faults, _tokens, _time) = (kinds, store, faults, tokens, options.Time);
        _discovery = new(kinds);
        _openApi = new(kinds);
        _lists = new(store, _time);
        _watches = new(store, faults, _time, options);
        _writes = new(store, writer, remover, _time);
        _subresources = new(store, writer, remover);
        _logs = new(store, logs, _time);
    }

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (await _faults.ApplyAsync(context) is { } fault)
                await FailAsync(context, fault.Code, fault.RetryAfter, fault.Message);
            else
                await RouteAsync(context, _tokens.Authenticate(context));
        }
        catch (StatusException refusal) when (!context.Response.HasStarted)
        {
            await Answers.WriteAsync(context, refusal);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody to answer.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await Answers.WriteAsync(context, new StatusException(500, "InternalError", $"Internal error occurred: {error}"));
        }
    }

    private static Task FailAsync(HttpContext context, int code, TimeSpan? retryAfter, string? message)
    {
        if (retryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var reason = code switch
        {
            403 => "Forbidden",
            410 => "Expired",
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            _ => "InternalError"
        };
        return Answers.WriteAsync(context, new StatusException(code, reason, message ?? $"injected failure {code}"));
    }

    private async Task RouteAsync(HttpContext context, string user)
    {
        var path = (context.Request.Path.Value ?? "/").TrimEnd('/');
        if (path is "/healthz" or "/livez" or "/readyz")
            await context.Response.WriteAsync("ok", context.RequestAborted);
        else if (Document(path) is { } document)
            await Answers.WriteAsync(context, document);
        else if (!await Reviews.TryHandleAsync(context, user))
            await ResourceAsync(context, ResourcePath.Parse(path, _kinds) ?? throw StatusException.UnknownPath());
    }

    private JsonObject? Document(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["version"] => Discovery.Version(),
        ["api"] => Discovery.CoreVersions(),
        ["apis"] => _discovery.Groups(),
        ["api", var version] => _discovery.Resources("", version),
        ["apis", var group] => _discovery.Group(group),
        ["apis", var group, var version] => _discovery.Resources(group, version),
        ["openapi", "v3"] => _openApi.Index(),
        ["openapi", "v3", .. var rest] => _openApi.Document(string.Join('/', rest)),
        _ => null,
    };

    private Task ResourceAsync(HttpContext context, ResourcePath path) => (path.Kind.StorageKey, path.Subresource) switch
    {
        (_, "") or (_, "status") when path.Subresource.Length == 0 || path.Kind.HasStatus => ObjectAsync(context, path),
        ("/namespaces", "finalize") => ObjectAsync(context, path with { Subresource = "" }),
        (_, "scale") when path.Kind.HasScale => _subresources.ScaleAsync(context, path),
        ("/pods", "log") => _logs.HandleAsync(context, path),
        ("/pods", "binding") => _subresources.BindAsync(context, path),
        ("/pods", "eviction") => _subresources.EvictAsync(context, path),
        _ => throw StatusException.UnknownPath(),
    };

    private Task ObjectAsync(HttpContext context, ResourcePath path)
    {
        var method = context.Request.Method;
        var named = path.Name.Length > 0;
        if (HttpMethods.IsGet(method))
            return context.Request.Query["watch"] is ["true" or "1"] ? _watches.HandleAsync(context, path)
                : named ? GetAsync(context, path) : _lists.HandleAsync(context, path);
        return (method, named) switch
        {
            ("POST", false) => _writes.CreateAsync(context, path),
            ("PUT", true) => _writes.UpdateAsync(context, path),
            ("PATCH", true) => _writes.PatchAsync(context, path),
            ("DELETE", true) => _writes.DeleteAsync(context, path),
            ("DELETE", false) => _writes.DeleteCollectionAsync(context, path),
            _ => throw StatusException.MethodNotAllowed(),
        };
    }

    private Task GetAsync(HttpContext context, ResourcePath path)
    {
        var found = _store.Find(path.Kind.StorageKey, path.Namespace, path.Name) ?? throw StatusException.NotFound(path.Kind, path.Name);
        return Answers.WriteAsync(context, new Rendering(path.Kind, context, _time).One(found));
    }
}
