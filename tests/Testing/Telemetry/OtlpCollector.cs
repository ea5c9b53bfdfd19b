using System.Text.Json.Nodes;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing.Telemetry;

/// <summary>
/// tests/node/otlp-collector.mjs: a collector that reads OTLP with OpenTelemetry's own messages, in a process of its own.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    public const string HowToGet = "node or the npm package @opentelemetry/otlp-transformer is missing: run `make prerequisites`";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly NodeProgram _program;
    private readonly List<JsonObject> _exports = [];

    private OtlpCollector(NodeProgram program, string[] addresses) =>
        (_program, Http, Grpc) = (program, addresses[0], addresses[1]);

    public static bool Installed { get; } = NodeProgram.Installed("@opentelemetry/otlp-transformer");

    public string Http { get; }

    public string Grpc { get; }

    /// <summary>What has come so far, export by export, as the script describes it.</summary>
    public IReadOnlyList<JsonObject> Exports => _exports;

    public static async Task<OtlpCollector> StartAsync()
    {
        var program = NodeProgram.Start(NodeParts.Script("otlp-collector.mjs"));
        return new(program, (await program.LineAsync(_ => true)).Split(' '));
    }

    /// <summary>Returns once enough has come; what came before counts.</summary>
    public async Task WhenAsync(Func<OtlpCollector, bool> enough)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!enough(this))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException(
                    $"not enough within {Patience}; there is:\n{string.Join('\n', _exports.SelectMany(Described).Distinct())}");
            await ReadAsync();
        }
    }

    /// <summary>Every item of a signal from a service: metrics, spans or log records.</summary>
    public IEnumerable<JsonObject> Items(string signal, string service) => _exports
        .Where(e => (string?)e["signal"] == signal && (string?)e["resource"]!["service.name"] == service)
        .SelectMany(e => e["items"]!.AsArray()).Select(item => item!.AsObject());

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static IEnumerable<string> Described(JsonObject export) =>
        export["items"]!.AsArray().Select(item => $"{export["resource"]!["service.name"]}: {item!["name"] ?? item["body"]}");

    private async Task ReadAsync() => _exports.Add(JsonNode.Parse(await _program.LineAsync(_ => true))!.AsObject());
}
