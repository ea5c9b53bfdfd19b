using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Answers lists: selected, in pages when asked, with the resourceVersion from which a watch goes on without a gap.</summary>
internal sealed class ListHandler(ObjectStore store, TimeProvider time)
{
    public Task HandleAsync(HttpContext context, ResourcePath path)
    {
        var query = context.Request.Query;
        var (found, version) = Select(context, path);
        var metadata = new JsonObject { ["resourceVersion"] = version };
        var after = After(query["continue"].ToString());
        var rest = found.Where(value => string.CompareOrdinal(Key(value), after) > 0).ToList();
        if (int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var limit) && limit > 0 && rest.Count > limit)
        {
            metadata["continue"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Key(rest[limit - 1])));
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

    private static string After(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw StatusException.BadRequest("continue key is not valid");
        }
    }
}
