using System.Text.Json;
using System.Text.Json.Nodes;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Snapshots;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Bot.Tests.Operations;

/// <summary>
/// Whoever may write a resource in an application's namespace may write anything into it: one object never ends, nor freezes, what is there
/// for all.
/// </summary>
public sealed class PoisonTests(Clusters clusters)
{
    private static readonly string[] Values =
    [
        "", "null", "[null]", "[[null]]", "[{}]", "{}", "[]", "{\"a\":null}", "{\"a\":{}}", "{\"a\":1}", "{\"a\":[1]}", "{\"\":\"\"}", "1",
        "\"x\"", "[1]", "[{\"platform\":null,\"channel\":null,\"id\":null}]", "[{\"platform\":\"web\",\"channel\":\"ops\"}]",
        "[{\"platform\":{},\"channel\":1,\"id\":[]}]", "[{\"platform\":\"web\",\"channel\":\"ops\",\"id\":\"no such\"}]", "[[[[[[[[[[",
        "{\"a\":1,\"a\":2}", new('[', 5000), "\u0000", "\ud83d\ude00", "2026-99-99T99:99:99Z",
        "9999-12-31T23:59:59.9999999Z", ",,,", "00-0-0-0",
    ];

    private static readonly string[] Annotations =
    [
        ChatOpsKinds.MessagesAnnotation, ChatOpsKinds.NotifyAnnotation, ChatOpsKinds.InvocationAnnotation,
        ChatOpsKinds.ScheduledAtAnnotation, ChangeRequests.ButtonsAnnotation, TraceAnnotation.Name, ResourceMessages.ShownAnnotation,
    ];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_annotation_may_say_anything()
    {
        foreach (var (name, value) in from name in Annotations from value in Values select (name, value))
        {
            var metadata = new ObjectMeta { Name = "strange", Annotations = new Dictionary<string, string> { [name] = value } };
            var change = Whole<Change>() with { Metadata = metadata };
            var snapshot = Whole<Snapshot>() with { Metadata = metadata };
            Assert.All(MessageReference.Of(change), message => Assert.NotEmpty(message.Platform + message.Channel + message.Id));
            Assert.DoesNotContain(ChangeRequests.Buttons(change), button => button is { Id: "" } or { Action: "" });
            _ = (ChangeCards.Of(change), SnapshotCards.Of(snapshot), snapshot.ScheduledAt, TraceAnnotation.TraceOf(change));
        }
    }

    /// <summary>Every optional field in turn is missing, empty or null.</summary>
    [Fact]
    public void Every_field_may_be_missing()
    {
        foreach (var phase in Enum.GetValues<ChangePhase>())
        {
            foreach (var change in Lacking(Whole<Change>(phase.ToString()))) AssertShown(ChangeCards.Of(change));
        }
        foreach (var phase in Enum.GetValues<SnapshotPhase>())
        {
            foreach (var snapshot in Lacking(Whole<Snapshot>(phase.ToString()))) AssertShown(SnapshotCards.Of(snapshot, [snapshot]));
        }
    }

    [Theory]
    [MemberData(nameof(Clusters.Kinds), MemberType = typeof(Clusters))]
    public async Task A_bot_goes_on_whatever_is_written(string kind)
    {
        var place = await clusters.PlaceAsync(kind);
        await using var bot = await place.BotWithHomeAsync();
        var made = 0;
        foreach (var value in Values.Where(v => !v.Contains('\0', StringComparison.Ordinal)))
        {
            var annotations = new JsonObject(Annotations.Select(a => KeyValuePair.Create(a, (JsonNode?)value)));
            await CreateAsync(ChatOpsKinds.Snapshots, $"strange-{++made}", annotations, new() { ["target"] = "home" });
            await CreateAsync(ChatOpsKinds.Changes, $"strange-{made}", annotations.DeepClone().AsObject(), new()
            {
                ["target"] = "home",
                ["action"] = made % 2 == 0 ? "attach" : "rollback",
                ["number"] = 1000 + made,
                ["plan"] = new JsonObject { ["digest"] = $"sha256:{new string('0', 64)}" },
                ["approvals"] = new JsonObject { ["required"] = 1 },
            });
        }
        var (snapshots, changes) = (bot.Services.GetRequiredService<SnapshotBoard>(), bot.Services.GetRequiredService<ChangeBoard>());
        await Eventually.TrueAsync("the bot has seen them all", () =>
            Task.FromResult(snapshots.Of("home").Count() == made && changes.Of("home").Count() == made));
        Assert.Equal(CardState.Information, (await bot.TypeAsync("ann", "/whoami")).State);
        Assert.NotEmpty((await bot.TypeAsync("ann", "/history home")).Lines);
        var workers = bot.Services.GetRequiredService<BotWorkers>();
        Assert.Equal((false, 0), (workers.ExecuteTask!.IsCompleted, workers.ExitCode));

        async Task CreateAsync<T>(ResourceKind<T> of, string name, JsonObject annotations, JsonObject spec)
            where T : IResource => await place.Client.CreateAsync(of, place.Namespace, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = annotations },
                ["spec"] = spec,
            }, Ended);
    }

    private static void AssertShown(Card card)
    {
        Assert.NotEmpty(PlainText.Render(card));
        Assert.True(card.Progress?.Fraction is null or (>= 0 and <= 1), card.Title);
    }

    /// <summary>A resource with everything in it, as an API server would send it.</summary>
    private static T Whole<T>(string phase = "Succeeded")
        where T : IResource => JsonSerializer.Deserialize<T>(Json<T>(phase), ResourceJson.Default.Options)!;

    private static JsonObject Json<T>(string phase) => JsonNode.Parse(typeof(T) == typeof(Change) ? $$$"""
        {"metadata":{"name":"change-7","namespace":"ns","annotations":{"{{{ChangeRequests.ButtonsAnnotation}}}":"{\"a\":\"approve\"}"}},
         "spec":{"target":"home","action":"attach","number":7,"parameters":{"version":"2"},
          "plan":{"strategy":"rolling","workload":"deployments.apps/home","generation":3,"container":"app","replicas":2,
           "from":{"image":"a:1","imageId":"a@sha256:{{{new string('0', 64)}}}","revision":1},
           "to":{"image":"a:2","imageId":"b","revision":2},
           "steps":["snapshot","roll-out"],"gates":[{"name":"g","verdict":"warn","message":"m"}],"archive":"a-1","wayBack":"back",
           "sidecar":{"image":"s:1","serviceAccount":"sa","homeVolume":"v","homeSubPath":"p","archiveClaim":"c","native":true,
            "runAs":{"user":1000,"group":1000,"stated":true},"pullSecrets":["k"]},
           "expectedDowntimeSeconds":1e300,"digest":"sha256:1"},
          "requestedBy":{"person":"ann","platform":"web","displayName":"Ann"},
          "approvals":{"required":1,"role":"approver","selfApproval":true,"expiresAt":"2026-11-21T10:41:03Z"}},
         "status":{"phase":"{{{phase}}}","approvals":[{"person":"bob","decision":"approved","reason":"r","at":"2026-11-21T10:41:03Z"}],
          "steps":[{"name":"snapshot","state":"Succeeded","message":"m"}],"startedAt":"2026-11-21T10:41:03Z",
          "finishedAt":"2026-11-21T10:41:09Z","preChangeSnapshot":"s-1","downtimeSeconds":1e300,"awaySince":"2026-11-21T10:41:03Z",
          "resultImageId":"b","error":{"reason":"R","message":"m","hint":"h"},"rollingBackSince":"2026-11-21T10:41:03Z"}}
        """ : $$$"""
        {"metadata":{"name":"s-1","namespace":"ns","creationTimestamp":"2026-11-21T10:41:03Z"},
         "spec":{"target":"home","driver":"tar","store":"s","verify":true,"reason":"manual","requestedBy":"web:ann",
          "retention":{"keepLast":1},"protect":["a-1"]},
         "status":{"phase":"{{{phase}}}","observedGeneration":1,"runner":"r","startedAt":"2026-11-21T10:41:03Z",
          "finishedAt":"2026-11-21T10:41:09Z","cutTime":"2026-11-21T10:41:04Z",
          "progress":{"step":"reading","bytesDone":1,"bytesTotal":2,"bytesPerSecond":1,"filesDone":1},
          "archive":{"name":"a-2","bytes":1,"sha256":"s"},
          "databases":[{"path":"db","journalMode":"wal","pages":1,"walFrames":1,"pinnedMilliseconds":1,"fingerprint":"f","encrypted":true,
           "userVersion":1}],
          "files":1,"bytesRead":1,"heldMilliseconds":1,"checks":["quick_check"],"failedChecks":["f"],"warnings":["w"],"pruned":["a-0"],
          "error":{"reason":"R","message":"m","hint":"h"},
          "conditions":[{"type":"Ready","status":"False","reason":"Incomplete","message":"m","lastTransitionTime":"2026-11-21T10:41:09Z"}]}}
        """)!.AsObject();

    private static IEnumerable<T> Lacking<T>(T whole)
        where T : IResource
    {
        yield return whole;
        var phase = whole is Change change ? change.Status.Phase.ToString() : ((Snapshot)(IResource)whole).Status.Phase.ToString();
        foreach (var path in Paths(Json<T>(phase), ""))
        {
            foreach (var replacement in (string?[])[null, "null", "[]", "{}"])
            {
                var json = Json<T>(phase);
                if (!Replace(json, path, replacement)) continue;
                T? lacking = default;
                try
                {
                    lacking = JsonSerializer.Deserialize<T>(json, ResourceJson.Default.Options);
                }
                catch (JsonException)
                {
                    // Refused by whoever reads it.
                }
                if (lacking is not null) yield return lacking;
            }
        }
    }

    private static IEnumerable<string> Paths(JsonNode? node, string prefix) => node is not JsonObject map ? [] :
        map.SelectMany(field => Paths(field.Value, $"{prefix}{field.Key}/").Prepend(prefix + field.Key));

    private static bool Replace(JsonObject json, string path, string? replacement)
    {
        var parts = path.Split('/');
        if (parts[0] == "metadata" || path == "status/phase") return false;
        var parent = parts[..^1].Aggregate((JsonNode)json, (node, part) => node[part]!).AsObject();
        if (replacement is null) return parent.Remove(parts[^1]);
        parent[parts[^1]] = JsonNode.Parse(replacement);
        return true;
    }
}
