using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ChatOps.Sidecar.Tests.Telemetry;

/// <summary>The program beside a collector that is of no help: what it is there for goes on.</summary>
public sealed class CollectorAwayTests : IDisposable
{
    private readonly Home _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task One_that_never_answers_delays_the_end_by_two_seconds_at_most(string protocol)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var began = Stopwatch.StartNew();
        var (code, output, error) = await Cli.RunAsync(_home, Variables(silent.LocalEndpoint, protocol), "snapshot");
        Assert.True(code == 0, output + error);
        // An export may take a minute by its own measure; the program does not wait for it.
        Assert.InRange(began.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.DoesNotContain("s3cret", output + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grpc", 1)]
    [InlineData("http/protobuf", 2)]
    public async Task One_that_is_not_there_is_named_once_for_each_address_and_nothing_fails(string protocol, int addresses)
    {
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var address = gone.LocalEndpoint;
        gone.Stop();
        var (code, output, error) = await Cli.RunAsync(_home, Variables(address, protocol), "snapshot");
        Assert.True(code == 0, output + error);
        var told = error.Split('\n').Where(line => line.StartsWith($"sidecar: OTLP: http://{address}/", StringComparison.Ordinal)).ToList();
        Assert.Equal(addresses, told.Distinct().Count());
        Assert.Equal(told.Count, told.Distinct().Count());
        Assert.DoesNotContain("s3cret", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_that_make_no_sense_are_named_and_nothing_fails()
    {
        var variables = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "s3cret" };
        var (code, _, error) = await Cli.RunAsync(_home, variables, "snapshot");
        Assert.Equal(0, code);
        Assert.Contains("sidecar: OTLP: OTEL_EXPORTER_OTLP_ENDPOINT is no address", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Variables(EndPoint collector, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{collector}",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=s3cret",
        ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000",
    };
}
