using System.Net;
using System.Text.Json;

namespace ChatOps.Kubernetes;

/// <summary>Reads one line of a watch: an event, or the server's word that the watch is over, thrown.</summary>
internal static class WatchLine
{
    public static WatchEvent<T> Parse<T>(string line, ResourceKind<T> kind, Call call)
        where T : IResource
    {
        using var document = JsonDocument.Parse(line);
        var type = document.RootElement.GetProperty("type").GetString();
        var content = document.RootElement.GetProperty("object");
        return type switch
        {
            "ADDED" => new(WatchEventType.Added, content.Deserialize(kind.Json)!),
            "MODIFIED" => new(WatchEventType.Modified, content.Deserialize(kind.Json)!),
            "DELETED" => new(WatchEventType.Deleted, content.Deserialize(kind.Json)!),
            "BOOKMARK" => new(WatchEventType.Bookmark, content.Deserialize(kind.Json)!),
            _ => throw Refusal(content, call),
        };
    }

    private static ApiException Refusal(JsonElement content, Call call)
    {
        var status = content.Deserialize(KubernetesJson.Default.ApiStatus) ?? new ApiStatus();
        var code = (HttpStatusCode)(status.Code == 0 ? 500 : status.Code);
        return new ApiException(
            call.Verb, call.ToString(), code, status.Reason ?? "Unknown", status.Message ?? "the watch was ended", null);
    }
}
