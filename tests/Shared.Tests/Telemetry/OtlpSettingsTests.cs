using ChatOps.Telemetry;

namespace ChatOps.Shared.Tests.Telemetry;

/// <summary>What each signal makes of the variables of OpenTelemetry.</summary>
public sealed class OtlpSettingsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", Headers = "OTEL_EXPORTER_OTLP_HEADERS";

    [Theory]
    [InlineData("http://collector:4317", null, "grpc http://collector:4317/")]
    [InlineData("http://collector:4318", null, "http http://collector:4318/v1/traces")]
    [InlineData("https://example.org/ingest/", null, "http https://example.org/ingest/v1/traces")]
    [InlineData("http://collector:4317", "http/protobuf", "http http://collector:4317/v1/traces")]
    [InlineData("https://collector:9", "grpc", "grpc https://collector:9/")]
    [InlineData("http://someone:s3cret@collector:4318/?key=s3cret", null, "http http://collector:4318/v1/traces")]
    public void An_address_for_all_says_where_each_signal_goes(string endpoint, string? protocol, string expected)
    {
        var settings = Read((Endpoint, endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol));
        Assert.Equal(["Metrics", "Traces", "Logs"], settings.Targets.Select(t => t.Signal.ToString()));
        var traces = settings.Targets[1];
        Assert.Equal(expected, $"{(traces.Grpc ? "grpc" : "http")} {traces.Address}");
    }

    [Fact]
    public void What_is_said_of_one_signal_goes_before_what_is_said_of_all()
    {
        var settings = Read(
            (Endpoint, "http://all:4318"), (Headers, "a=1"), ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "https://logs.example.org/take"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "b=2"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"), ("OTEL_TRACES_EXPORTER", "none"));
        Assert.Equal(
            ["Metrics http://all:4318/v1/metrics a=1", "Logs https://logs.example.org/take b=2"],
            settings.Targets.Select(t => $"{t.Signal} {t.Address} {t.Headers!.Reveal()}"));
        Assert.All(settings.Targets, t => Assert.Equal(TimeSpan.FromSeconds(1.5), t.Timeout));
    }

    [Fact]
    public void One_signal_alone_can_be_sent() => Assert.Equal(
        [OtlpSignal.Metrics],
        Read(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:4318/v1/metrics")).Targets.Select(t => t.Signal));

    [Theory]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData("http://collector:4318", "true")]
    [InlineData("http://collector:4318", "TRUE")]
    public void Without_an_address_or_switched_off_nothing_is_sent(string endpoint, string? disabled) =>
        Assert.True(Read((Endpoint, endpoint), ("OTEL_SDK_DISABLED", disabled)).IsEmpty);

    [Theory]
    [InlineData(Endpoint, "collector", "OTEL_EXPORTER_OTLP_ENDPOINT is no address; write http://HOST:PORT or https://HOST:PORT")]
    [InlineData(Endpoint, "file:///s3cret", "OTEL_EXPORTER_OTLP_ENDPOINT is no address; write http://HOST:PORT or https://HOST:PORT")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "s3cret", "OTEL_EXPORTER_OTLP_PROTOCOL is neither grpc nor http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "-1", "OTEL_EXPORTER_OTLP_TIMEOUT is no number of milliseconds")]
    [InlineData(Headers, "s3cret", "OTEL_EXPORTER_OTLP_HEADERS is not of the form NAME=VALUE,NAME=VALUE")]
    [InlineData(Headers, "a=1,no name=s3cret", "OTEL_EXPORTER_OTLP_HEADERS is not of the form NAME=VALUE,NAME=VALUE")]
    [InlineData(Headers, "a=s3cret%0d%0ab: c", "OTEL_EXPORTER_OTLP_HEADERS is not of the form NAME=VALUE,NAME=VALUE")]
    public void What_makes_no_sense_is_named_without_its_value_and_stops_nothing(string variable, string value, string said)
    {
        var settings = Read((Endpoint, "http://collector:4318"), (variable, value));
        Assert.Empty(settings.Targets);
        Assert.Equal($"OTLP: {said}; metrics are not sent", settings.Faults[0]);
        Assert.DoesNotContain(settings.Faults, fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void Headers_never_show_themselves()
    {
        var settings = Read((Endpoint, "http://collector:4318"), (Headers, "authorization=Bearer%20s3cret"));
        Assert.DoesNotContain("s3cret", string.Join(' ', settings.Targets), StringComparison.Ordinal);
    }

    private static OtlpSettings Read(params (string Name, string? Value)[] variables) =>
        OtlpSettings.Read(name => variables.LastOrDefault(v => v.Name == name).Value);
}
