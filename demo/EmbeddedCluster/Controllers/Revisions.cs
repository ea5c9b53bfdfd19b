using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>Keeps the ControllerRevisions of a StatefulSet: one per distinct template, the newest number for the newest template.</summary>
/// <remarks>
/// The rules are those of the real controller (kubernetes pkg/controller/history): an equal template raises its old revision.
/// </remarks>
internal sealed class Revisions(ControllerClient client)
{
    public const string HashLabel = "controller-revision-hash";

    /// <summary>The revision pods were last rolled out at and the one they should reach.</summary>
    public (JsonObject Current, JsonObject Update) Of(JsonObject set)
    {
        var revisions = List(set);
        var data = DataOf(set);
        var next = revisions.Count == 0 ? 1 : (revisions[^1].Number("revision") ?? 0) + 1;
        var equal = revisions.FindLast(one => JsonReading.Same(one["data"], data));
        var update = equal is null ? Create(set, data, next) : equal == revisions[^1] ? equal : Raise(equal, next);
        var current = revisions.Find(one => one.Name() == set.Text("status", "currentRevision")) ?? update;
        return (current, update);
    }

    public static JsonObject TemplateOf(JsonObject revision)
    {
        var template = revision.ObjectAt("data", "spec", "template")?.Copy() ?? [];
        template.Remove("$patch");
        return template;
    }

    /// <summary>Deletes the oldest revisions beyond the limit that neither pods nor status name.</summary>
    public void Truncate(JsonObject set, IEnumerable<JsonObject> pods, params ReadOnlySpan<JsonObject> live)
    {
        var used = pods.Select(pod => pod.Label(HashLabel)).ToHashSet();
        foreach (var one in live)
            used.Add(one.Name());
        var unused = List(set).Where(one => !used.Contains(one.Name())).ToList();
        var limit = (int)(set.Number("spec", "revisionHistoryLimit") ?? 10);
        foreach (var old in unused.Take(Math.Max(0, unused.Count - limit)))
            client.Delete("controllerrevisions", old);
    }

    private List<JsonObject> List(JsonObject set) => [.. client.Owned("controllerrevisions", set).OrderBy(one => one.Number("revision"))];

    private static JsonObject DataOf(JsonObject set)
    {
        var template = set.ObjectAt("spec", "template")!.Copy();
        template["$patch"] = "replace";
        return new JsonObject { ["spec"] = new JsonObject { ["template"] = template } };
    }

    private JsonObject Raise(JsonObject revision, long number) =>
        client.Change("controllerrevisions", revision.Namespace(), revision.Name(), one => one["revision"] = number) ?? revision;

    private JsonObject Create(JsonObject set, JsonObject data, long number)
    {
        var hash = Fnv.Label(data.ToJsonString() + (set.Number("status", "collisionCount") ?? 0));
        var labels = set.ObjectAt("spec", "template", "metadata", "labels")?.Copy() ?? [];
        labels[HashLabel] = $"{set.Name()}-{hash}";
        labels["controller.kubernetes.io/hash"] = hash;
        return client.Create("controllerrevisions", set.Namespace(), new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{set.Name()}-{hash}",
                ["namespace"] = set.Namespace(),
                ["labels"] = labels,
                ["annotations"] = set.ObjectAt("metadata", "annotations")?.Copy(),
                ["ownerReferences"] = new JsonArray(ControllerClient.Reference(set)),
            },
            ["data"] = data,
            ["revision"] = number,
        });
    }
}
