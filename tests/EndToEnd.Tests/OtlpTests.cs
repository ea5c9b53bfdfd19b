using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Metrics;
using ChatOps.Resources;
using ChatOps.Testing.Metrics;
using ChatOps.Testing.Telemetry;

namespace ChatOps.EndToEnd.Tests;

/// <summary>
/// The bot and the sidecar, each a process of its own, send what they measure, trace and log to a collector nobody here wrote the
/// messages of.
/// </summary>
public sealed class OtlpTests
{
    private const string Bot = "chatops-bot", Sidecar = "chatops-sidecar";

    /// <summary>What may or may not be there: a count is sent once there is one, and the page has one of its own.</summary>
    private static readonly string[] Rare = [MetricsCollector.Dropped, "chatops_watch_restarts_total"];

    public OtlpTests() => Requirements.Need(OtlpCollector.Installed ? null : OtlpCollector.HowToGet);

    [Fact]
    public async Task A_snapshot_asked_for_in_a_chat_is_one_trace_from_the_message_to_the_archive()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var demo = await DemoAsync(Variables(collector.Http, "http/protobuf"), Variables(collector.Grpc, "grpc"));
        await demo.TypeAsync("/snapshot ghostwire");
        await demo.World.Bot.SignalAsync("TERM");
        await demo.World.Bot.Exited;
        await collector.WhenAsync(c => Span(c, Bot, "command snapshot") is not null && Span(c, Sidecar, "snapshot") is not null);

        var (command, run) = (Span(collector, Bot, "command snapshot")!, Span(collector, Sidecar, "snapshot")!);
        var snapshot = Assert.Single(await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"));
        Assert.Equal((Text(command, "trace"), Text(command, "id")), (Text(run, "trace"), Text(run, "parent")));
        Assert.Equal(snapshot.Metadata.Annotation(TraceAnnotation.Name), $"00-{Text(command, "trace")}-{Text(command, "id")}-01");
        var request = snapshot.Metadata.Annotation(ChatOpsKinds.InvocationAnnotation);
        Assert.Equal(
            $$"""{"chatops.request":"{{request}}","chatops.platform":"web","chatops.target":"ghostwire","chatops.outcome":"done"}""",
            command["attributes"]!.ToJsonString());
        Assert.Equal($"signal/{snapshot.Metadata.Name}", (string?)run["attributes"]!["chatops.snapshot"]);
        var steps = collector.Items("traces", Sidecar).Where(s => Text(s, "parent") == Text(run, "id")).Select(s => Text(s, "name"));
        Assert.Equal(["check", "survey", "hold", "databases", "files", "walk", "commit", "check", "verify"], steps);

        Assert.All(collector.Exports, e => Assert.Equal("s3cret value", (string?)e["key"]));
        Assert.All(collector.Exports, e => Assert.Equal("test", (string?)e["resource"]!["deployment.environment.name"]));
        Assert.DoesNotContain(demo.Log, line => line.Contains("OTLP", StringComparison.Ordinal));
        // Logs come by a way of their own.
        IEnumerable<JsonObject> Lines(OtlpCollector from, string who) =>
            from.Items("logs", who).Where(line => Text(line, "trace") == Text(command, "trace"));
        await collector.WhenAsync(c => Lines(c, Bot).Any() && Lines(c, Sidecar).Any(line =>
            Text(line, "body").EndsWith(snapshot.Status.Archive!.Name, StringComparison.Ordinal)));
        Assert.Equal(snapshot.Metadata.Name, (string?)Assert.Single(Lines(collector, Bot))["attributes"]!["Name"]);
    }

    [Fact]
    public async Task What_is_served_for_prometheus_is_sent_under_the_same_names()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var demo = await DemoAsync(Variables(collector.Grpc, "grpc"), Variables(collector.Http, "http/protobuf"));
        await demo.DeployAsync("1.19.0", 1);
        await collector.WhenAsync(c => Served("The bot").IsSubsetOf(Names(c, Bot)) && Served("The sidecar").IsSubsetOf(Names(c, Sidecar)));

        Assert.Equal(Served("The bot"), Names(collector, Bot));
        Assert.Equal(Served("The sidecar"), Names(collector, Sidecar));
        var held = collector.Items("metrics", Sidecar).First(m => Text(m, "name") == "chatops.sidecar.snapshot.held");
        Assert.Equal("s", Text(held, "unit"));
        Assert.Equal("ghostwire", (string?)held["points"]![0]!["attributes"]!["target"]);
    }

    [Fact]
    public async Task A_deploy_is_one_trace_with_its_steps_and_the_snapshot_before_it()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var variables = Variables(collector.Http, "http/protobuf");
        await using var demo = await DemoAsync(variables, variables);
        await demo.TypeAsync("/deploy ghostwire 1.19.0");
        await demo.PressAsync("Approve", "approver");
        await collector.WhenAsync(c => Span(c, Bot, "change deploy") is not null && Span(c, Sidecar, "snapshot") is not null);

        var (command, change) = (Span(collector, Bot, "command deploy")!, Span(collector, Bot, "change deploy")!);
        var step = Span(collector, Bot, "step snapshot")!;
        Assert.Equal(Text(command, "id"), Text(change, "parent"));
        Assert.Equal(Text(change, "id"), Text(step, "parent"));
        Assert.Equal(Text(step, "id"), Text(Span(collector, Sidecar, "snapshot")!, "parent"));
        Assert.Equal("succeeded", (string?)change["attributes"]!["chatops.outcome"]);
        var press = Span(collector, Bot, "press approve")!;
        Assert.Equal((Text(command, "id"), "done"), (Text(press, "parent"), (string?)press["attributes"]!["chatops.outcome"]));
        var parts = collector.Items("traces", Bot).Where(s => Text(s, "parent") == Text(change, "id")).Select(s => Text(s, "name"));
        Assert.Equal((await demo.ChangeAsync(1)).Spec.Plan.Steps.Select(name => $"step {name}"), parts);
    }

    [Fact]
    public async Task A_scheduled_snapshot_is_one_trace_that_nobody_asked_for()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var variables = Variables(collector.Http, "http/protobuf");
        await using var demo = await DemoAsync(variables, variables);
        await demo.TypeAsync("/schedule set ghostwire \"* * * * *\"");
        await demo.DueAsync("ghostwire", TimeProvider.System.GetUtcNow().AddSeconds(-61));
        await collector.WhenAsync(c => Span(c, Bot, "scheduled snapshot") is not null && Span(c, Sidecar, "snapshot") is not null);

        var (moment, run) = (Span(collector, Bot, "scheduled snapshot")!, Span(collector, Sidecar, "snapshot")!);
        Assert.Equal((Text(moment, "trace"), Text(moment, "id")), (Text(run, "trace"), Text(run, "parent")));
        Assert.Equal("""{"chatops.target":"ghostwire","chatops.schedule":"ghostwire"}""", moment["attributes"]!.ToJsonString());
    }

    [Fact]
    public async Task A_collector_that_never_answers_delays_nobody_and_one_that_is_gone_is_named_once()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var nowhere = $"http://{gone.LocalEndpoint}";
        gone.Stop();
        var bot = Variables(nowhere, "grpc");
        bot["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"http://{silent.LocalEndpoint}";
        bot["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000";
        await using var demo = await DemoAsync(bot, Variables($"http://{silent.LocalEndpoint}", "http/protobuf"));
        await demo.TypeAsync("/snapshot ghostwire");
        await demo.World.Bot.SignalAsync("TERM");
        // The host has four seconds, and what is left to send two.
        await demo.World.Bot.Exited.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.Equal(0, demo.World.Bot.ExitCode);
        var told = Assert.Single(demo.Log, line => line.Contains($"OTLP: {nowhere}/ does not take what is sent", StringComparison.Ordinal));
        Assert.Contains("ConnectionError", told, StringComparison.Ordinal);
        Assert.DoesNotContain(demo.Log, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_collector_nothing_of_it_is_loaded()
    {
        var bot = Variables("http://127.0.0.1:1", "http/protobuf");
        await using var with = await DemoAsync(bot, bot);
        Assert.NotEmpty(Loaded(OwnPrograms.Bot, with.World));
        Assert.NotEmpty(Loaded(OwnPrograms.Sidecar, with.World));
        bot["OTEL_SDK_DISABLED"] = "true";
        await using var without = await DemoAsync(bot, new Dictionary<string, string>());
        await without.TypeAsync("/snapshot ghostwire");
        Assert.Empty(Loaded(OwnPrograms.Bot, without.World));
        Assert.Empty(Loaded(OwnPrograms.Sidecar, without.World));
    }

    /// <summary>The files of OpenTelemetry in the memory of a process of this world.</summary>
    private static List<string> Loaded(string[] program, DemoWorld world)
    {
        var process = Directory.GetDirectories("/proc").Single(folder => int.TryParse(Path.GetFileName(folder), out _)
            && Read(Path.Combine(folder, "cmdline")).Split('\0').Any(argument => argument == program[^1])
            && Read(Path.Combine(folder, "environ")).Contains(Path.GetDirectoryName(world.Kubeconfig)!, StringComparison.Ordinal));
        var maps = Read(Path.Combine(process, "maps"));
        Assert.Contains(program[^1], maps, StringComparison.Ordinal);
        return [.. maps.Split('\n').Where(line => line.Contains("/OpenTelemetry", StringComparison.Ordinal))];
    }

    /// <summary>Of a process that ends meanwhile, nothing.</summary>
    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task<RunningDemo> DemoAsync(
        IReadOnlyDictionary<string, string> bot, IReadOnlyDictionary<string, string> sidecar) =>
        await RunningDemo.StartAsync(RunningDemo.Small with { BotVariables = bot, SidecarVariables = sidecar });

    private static Dictionary<string, string> Variables(string endpoint, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=s3cret%20value",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
    };

    private static string Text(JsonObject item, string key) => (string?)item[key] ?? "";

    private static JsonObject? Span(OtlpCollector collector, string service, string name) =>
        collector.Items("traces", service).FirstOrDefault(s => Text(s, "name") == name);

    /// <summary>The names as Prometheus makes them of what came.</summary>
    private static SortedSet<string> Names(OtlpCollector collector, string service) =>
        new(collector.Items("metrics", service).Select(NameOf).Where(name => !Rare.Contains(name)), StringComparer.Ordinal);

    private static string NameOf(JsonObject metric) => MetricName.Of(Text(metric, "name"), Text(metric, "unit"), Text(metric, "kind") switch
    {
        "histogram" => MetricType.Histogram,
        "sum" => MetricType.Counter,
        _ => MetricType.Gauge,
    });

    private static SortedSet<string> Served(string part) =>
        new(MetricsTable.Read(part).Select(row => row.Split('`')[1]).Where(name => !Rare.Contains(name)), StringComparer.Ordinal);
}
