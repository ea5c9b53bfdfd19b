using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Writes watch events, one JSON document a line; nothing is promised to have left before <see cref="FlushAsync"/>.</summary>
internal sealed class WatchStream(HttpResponse response, Rendering rendering)
{
    private static readonly byte[] NewLine = [(byte)'\n'];
    private bool _first = true;

    public Task EventAsync(string type, JsonObject value, CancellationToken cancellation)
    {
        var item = rendering.WatchItem(value, _first);
        _first = false;
        return WriteAsync(type, item, cancellation);
    }

    public Task BookmarkAsync(string version, bool endsInitial, CancellationToken cancellation) =>
        WriteAsync("BOOKMARK", rendering.Bookmark(version, endsInitial), cancellation);

    public async Task ErrorAsync(StatusException error, CancellationToken cancellation)
    {
        await WriteAsync("ERROR", error.ToStatus(), cancellation);
        await FlushAsync(cancellation);
    }

    public Task FlushAsync(CancellationToken cancellation) => response.Body.FlushAsync(cancellation);

    private async Task WriteAsync(string type, JsonNode item, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(Answers.Encode(new JsonObject { ["type"] = type, ["object"] = item }), cancellation);
        await response.Body.WriteAsync(NewLine, cancellation);
    }
}
