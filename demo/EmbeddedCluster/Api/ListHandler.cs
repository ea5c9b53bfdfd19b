using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>
/// Answers lists: selected, in pages when asked, with the resourceVersion from which a watch goes on without a gap. Every page has that of
/// the first one, for what came into the pages before is in none of them.
/// </summary>
/// <remarks>Kubernetes API concepts, "Retrieving large results sets in chunks".</remarks>
internal sealed class ListHandler(ObjectStore store, TimeProvider time)
{
    public Task HandleAsync(HttpContext context, ResourcePath path)
    {
        var query = context.Request.Query;
        var (found, now) = Select(context, path);
        var (begun, after) = Continued(query["continue"].ToString());
        var version = begun ?? now;
        var metadata = new JsonObject { ["resourceVersion"] = version };
        var rest = found.Where(value => string.CompareOrdinal(Key(value), after) > 0).ToList();
        if (int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var limit) && limit > 0 && rest.Count > limit)
        {
            metadata["continue"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{version} {Key(rest[limit - 1])}"));
            metadata["remainingItemCount"] = rest.Count - limit;
            rest = rest[..limit];
        }
        return Answers.WriteAsync(context, new Rendering(path.Kind, context, time).List(rest, metadata));
    }

    public (IReadOnlyList<JsonObject> Found, string Version) Select(HttpContext context, ResourcePath path)
    {
        var matches = Filter(context, path);
        lock (store.Gate)
        {
            var found = store.List(path.Kind.StorageKey, path.Namespace).Where(matches).ToList();
            return (found, store.Version.ToString(CultureInfo.InvariantCulture));
        }
    }

    public static Func<JsonObject, bool> Filter(HttpContext context, ResourcePath path)
    {
        var labels = LabelSelector.Parse(context.Request.Query["labelSelector"]);
        var fields = FieldSelector.Parse(context.Request.Query["fieldSelector"], path.Kind);
        return value =>
            (path.Namespace.Length == 0 || value.Namespace() == path.Namespace)
            && (path.Name.Length == 0 || value.Name() == path.Name)
            && labels.Matches(value) && fields.Matches(value);
    }

    private static string Key(JsonObject value) => $"{value.Namespace()}/{value.Name()}";

    private static (string? Version, string After) Continued(string token)
    {
        if (token.Length == 0)
            return (null, "");
        var parts = Encoding.UTF8.GetString(Decode(token)).Split(' ');
        return parts is [var version, var after] ? (version, after) : throw StatusException.BadRequest("continue key is not valid");
    }

    private static byte[] Decode(string token)
    {
        try
        {
            return Convert.FromBase64String(token);
        }
        catch (FormatException)
        {
            throw StatusException.BadRequest("continue key is not valid");
        }
    }
}
