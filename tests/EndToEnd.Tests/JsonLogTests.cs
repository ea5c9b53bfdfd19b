using System.Text.Json.Nodes;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using ChatOps.Traces;

namespace ChatOps.EndToEnd.Tests;

/// <summary>Logs that programs read: one JSON object a line, and one request followed through both of them.</summary>
public sealed class JsonLogTests
{
    public JsonLogTests() => Requirements.Need(Tools.Kubectl is null ? "no kubectl: run `make prerequisites`" : null);

    [Fact]
    public async Task A_request_is_followed_from_the_chat_through_the_bots_log_to_the_sidecars()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small with { Release = Release() });
        await demo.World.KillBotAsync();
        var before = demo.Log.Count;
        await File.AppendAllTextAsync(
            Path.Combine(Path.GetDirectoryName(demo.World.Kubeconfig)!, "chatops.yaml"), "\nlog: json\n",
            TestContext.Current.CancellationToken);
        await demo.World.StartBotAsync(TestContext.Current.CancellationToken);
        await demo.TypeAsync("/snapshot ghostwire");
        var snapshot = Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"));
        var (name, id) = (snapshot.Metadata.Name, snapshot.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation)!);

        var bot = demo.Log.Skip(before).Select(Read).ToList();
        string[] parts = ["Timestamp", "LogLevel", "Message"];
        Assert.All(bot, line => Assert.All(parts, part => Assert.True(line[part] is not null, line.ToJsonString())));
        var asked = Assert.Single(bot, line => (string?)line["State"]?["Id"] == id);
        Assert.Equal((name, snapshot.Metadata.Uid), ((string?)asked["State"]!["Name"], (string?)asked["State"]!["Uid"]));

        var lines = await demo.Kubectl.OkAsync("logs ghostwire-0 -c sidecar -n signal");
        var sidecar = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read).ToList();
        Assert.All(sidecar, line => Assert.NotNull(line["event"]));
        Assert.Contains(sidecar, line => (string?)line["message"] == $"{name} ({snapshot.Metadata.Uid}, asked as {id}): started");
        Assert.Contains(sidecar, line =>
            (string?)line["message"] == $"{name} ({snapshot.Metadata.Uid}, asked as {id}): {snapshot.Status.Archive!.Name}");

        var trace = Spans.Parse(snapshot.Metadata.Annotation(TraceAnnotation.Name)).TraceId.ToHexString();
        Assert.Equal((id, trace), ((string?)asked["Request"], (string?)asked["Trace"]));
        Assert.All(
            sidecar.Where(line => ((string?)line["message"])!.StartsWith(name, StringComparison.Ordinal)),
            line => Assert.Equal((id, trace), ((string?)line["request"], (string?)line["trace"])));
    }

    private static JsonObject Read(string line) =>
        JsonNode.Parse(line) as JsonObject ?? throw new InvalidOperationException($"no object: {line}");

    /// <summary>The demo's own, with a sidecar that logs for programs.</summary>
    private static string Release()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "demo", "World", "ghostwire.yaml"));
        var changed = text.Replace("args: [run]", "args: [run, --json]", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        return changed;
    }
}
