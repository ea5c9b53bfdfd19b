using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Failures;
using ChatOps.Cluster.Storage;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>
/// Streams changes without a gap or a repeat from the resourceVersion asked for, until the time is up or the client leaves.
/// </summary>
/// <remarks>Kubernetes API concepts, "Efficient detection of changes", "Watch bookmarks" and "Streaming lists".</remarks>
internal sealed class WatchHandler(ObjectStore store, ClusterFaults faults, TimeProvider time, EmbeddedClusterOptions options)
{
    public async Task HandleAsync(HttpContext context, ResourcePath path)
    {
        var query = context.Request.Query;
        var from = query["resourceVersion"].ToString();
        var streaming = query["sendInitialEvents"] == "true";
        var bookmarks = query["allowWatchBookmarks"] == "true";
        var matches = ListHandler.Filter(context, path);
        using var until = Deadline(context);
        using var watch = Open(path, from, streaming, out var initial);
        context.Response.ContentType = "application/json";
        var output = new WatchStream(context.Response, new Rendering(path.Kind, context, time));
        await output.FlushAsync(until.Token);
        if (watch is null)
        {
            await output.ErrorAsync(StatusException.Expired($"too old resource version: {from} ({store.Version})"), until.Token);
            return;
        }
        foreach (var value in initial.Where(matches))
            await output.EventAsync("ADDED", value, until.Token);
        if (streaming && bookmarks)
            await output.BookmarkAsync(initial.Version, true, until.Token);
        await output.FlushAsync(until.Token);
        await FollowAsync(watch, matches, output, bookmarks, until.Token);
    }

    private CancellationTokenSource Deadline(HttpContext context)
    {
        var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, faults.WatchesDropped);
        var seconds = double.TryParse(context.Request.Query["timeoutSeconds"], CultureInfo.InvariantCulture, out var given) && given > 0
            ? given
            : 1800;
        var timer = time.CreateTimer(_ => Cancel(until), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        until.Token.Register(() => timer.Dispose());
        return until;
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The watch ended by itself in the same instant.
        }
    }

    private StoreWatch? Open(ResourcePath path, string from, bool streaming, out InitialState initial)
    {
        lock (store.Gate)
        {
            var now = store.Version.ToString(CultureInfo.InvariantCulture);
            if (streaming || from is "" or "0")
            {
                initial = new(now, store.List(path.Kind.StorageKey, path.Namespace));
                return store.Watch(path.Kind.StorageKey, store.Version);
            }
            initial = new(now, []);
            if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                throw StatusException.BadRequest($"Invalid value: \"{from}\": resourceVersion: cannot be parsed");
            return store.Watch(path.Kind.StorageKey, version);
        }
    }

    private async Task FollowAsync(
        StoreWatch watch, Func<JsonObject, bool> matches, WatchStream output, bool bookmarks, CancellationToken until)
    {
        try
        {
            Task<bool>? ready = null;
            while (true)
            {
                ready ??= watch.Changes.WaitToReadAsync(until).AsTask();
                var woken = bookmarks ? await Task.WhenAny(ready, Task.Delay(options.BookmarkInterval, time, until)) : ready;
                string version;
                lock (store.Gate)
                    version = store.Version.ToString(CultureInfo.InvariantCulture);
                while (watch.Changes.TryRead(out var change))
                {
                    await SendAsync(output, change, matches, until);
                    version = change.Version.ToString(CultureInfo.InvariantCulture);
                }
                if (woken != ready)
                    await output.BookmarkAsync(version, false, until);
                else if (!await ready)
                    return;
                else
                    ready = null;
                await output.FlushAsync(until);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of a watch is ordinary: its time is up, the client left, or a test dropped it.
        }
    }

    private static Task SendAsync(WatchStream output, StoreEvent change, Func<JsonObject, bool> matches, CancellationToken until)
    {
        var (was, now) = (change.Previous is not null && matches(change.Previous), matches(change.Object));
        var type = (change.Type, was, now) switch
        {
            (ChangeType.Deleted, true, _) => "DELETED",
            (ChangeType.Deleted, _, _) => null,
            (_, false, true) => "ADDED",
            (_, true, true) => "MODIFIED",
            (_, true, false) => "DELETED",
            _ => null,
        };
        return type is null ? Task.CompletedTask : output.EventAsync(type, change.Object, until);
    }

    private sealed record InitialState(string Version, IReadOnlyList<JsonObject> Objects)
    {
        public IEnumerable<JsonObject> Where(Func<JsonObject, bool> matches) => Objects.Where(matches);
    }
}
