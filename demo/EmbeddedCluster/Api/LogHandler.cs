using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Logs;
using ChatOps.Cluster.Storage;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Serves pods/log from the kubelet beside the server, with follow, tailLines, sinceSeconds, timestamps and previous.</summary>
internal sealed class LogHandler(ObjectStore store, Func<IContainerLogs?> logs, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, ResourcePath path)
    {
        var pod = store.Find("/pods", path.Namespace, path.Name) ?? throw StatusException.NotFound(path.Kind, path.Name);
        var query = context.Request.Query;
        var container = ContainerOf(pod, query["container"].ToString());
        var log = logs()?.Find(pod.Uid(), container, query["previous"] == "true")
            ?? throw Missing(pod, container, query["previous"] == "true");
        context.Response.ContentType = "text/plain";
        var (lines, next, ended) = log.Read(0);
        await WriteAsync(context, Tail(lines, query), query);
        while (query["follow"] == "true" && !ended)
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await log.WaitAsync(next, context.RequestAborted);
            (lines, next, ended) = log.Read(next);
            await WriteAsync(context, lines, query);
        }
    }

    private IEnumerable<LogLine> Tail(IReadOnlyList<LogLine> lines, IQueryCollection query)
    {
        IEnumerable<LogLine> result = lines;
        if (double.TryParse(query["sinceSeconds"], CultureInfo.InvariantCulture, out var seconds))
            result = result.Where(line => line.At >= time.GetUtcNow().AddSeconds(-seconds));
        return int.TryParse(query["tailLines"], CultureInfo.InvariantCulture, out var tail) ? result.TakeLast(tail) : result;
    }

    private static async Task WriteAsync(HttpContext context, IEnumerable<LogLine> lines, IQueryCollection query)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (query["timestamps"] == "true")
                text.Append(line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)).Append(' ');
            text.Append(line.Text).Append('\n');
        }
        if (text.Length > 0)
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), context.RequestAborted);
    }

    private static string ContainerOf(JsonObject pod, string asked)
    {
        var names = pod.ItemsAt("spec", "containers").Select(one => one.Text("name") ?? "").ToList();
        var all = pod.ItemsAt("spec", "initContainers").Select(one => one.Text("name") ?? "").Concat(names).ToList();
        if (asked.Length > 0)
            return all.Contains(asked) ? asked : throw StatusException.BadRequest($"container {asked} is not valid for pod {pod.Name()}");
        return names.Count == 1
            ? names[0]
            : throw StatusException.BadRequest(
                $"a container name must be specified for pod {pod.Name()}, choose one of: [{string.Join(' ', names)}]");
    }

    private static StatusException Missing(JsonObject pod, string container, bool previous)
    {
        if (previous)
            return StatusException.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name()}\" not found");
        var reason = pod.ItemsAt("status", "containerStatuses").FirstOrDefault(one => one.Text("name") == container)
            .Text("state", "waiting", "reason") ?? "ContainerCreating";
        var why = reason is "ErrImagePull" or "ImagePullBackOff" ? "trying and failing to pull image" : $"waiting to start: {reason}";
        return StatusException.BadRequest($"container \"{container}\" in pod \"{pod.Name()}\" is {why}");
    }
}
