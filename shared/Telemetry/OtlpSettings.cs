using System.Globalization;
using System.Net.Http.Headers;
using ChatOps.Values;

namespace ChatOps.Telemetry;

/// <summary>
/// Where telemetry goes, read from the variables that every OpenTelemetry SDK reads; pure. A signal without an address goes nowhere, and
/// one whose variables make no sense neither: telemetry stops nothing. What is said of a variable never has its value in it.
/// </summary>
/// <remarks>Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".</remarks>
internal sealed record OtlpSettings(IReadOnlyList<OtlpTarget> Targets, IReadOnlyList<string> Faults)
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_", GrpcWord = "grpc", HttpWord = "http/protobuf";
    private const int GrpcPort = 4317;
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(10);

    public bool IsEmpty => Targets.Count == 0 && Faults.Count == 0;

    public static OtlpSettings Read(Func<string, string?> environment)
    {
        List<OtlpTarget> targets = [];
        List<string> faults = [];
        if (!IsWord(environment("OTEL_SDK_DISABLED"), "true"))
        {
            foreach (var signal in Enum.GetValues<OtlpSignal>())
            {
                var read = new Reader(environment, signal).Read();
                if (read.Fault is { } fault) faults.Add($"OTLP: {fault.Message}; {signal.ToString().ToLowerInvariant()} are not sent");
                else if (read.Value is { } target) targets.Add(target);
            }
        }
        return new(targets, faults);
    }

    private static bool IsWord(string? value, string word) => string.Equals(value?.Trim(), word, StringComparison.OrdinalIgnoreCase);

    private sealed class Reader(Func<string, string?> environment, OtlpSignal signal)
    {
        private readonly string _signal = signal.ToString().ToUpperInvariant();

        /// <summary>Null when this signal goes nowhere.</summary>
        public Outcome<OtlpTarget?> Read() =>
            !IsWord(environment($"OTEL_{_signal}_EXPORTER"), "none") && Find("ENDPOINT") is var (name, address)
                ? Read(name, address)
                : (OtlpTarget?)null;

        private Outcome<OtlpTarget?> Read(string name, string address)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
                return Misread(name, "is no address; write http://HOST:PORT or https://HOST:PORT");
            var protocol = Find("PROTOCOL");
            if (protocol is { Value: not (GrpcWord or HttpWord) })
                return Misread(protocol.Value.Name, $"is neither {GrpcWord} nor {HttpWord}");
            var headers = Find("HEADERS");
            if (headers is not null && !AreHeaders(headers.Value.Value))
                return Misread(headers.Value.Name, "is not of the form NAME=VALUE,NAME=VALUE");
            var milliseconds = 0;
            if (Find("TIMEOUT") is var (timeout, text)
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds) && milliseconds > 0))
                return Misread(timeout, "is no number of milliseconds");
            var grpc = protocol is null ? endpoint.Port == GrpcPort : protocol.Value.Value == GrpcWord;
            // The general address is that of the server; one for a signal alone is the whole of it.
            if (!grpc && !name.Contains(_signal, StringComparison.Ordinal))
                endpoint = new UriBuilder(endpoint) { Path = $"{endpoint.AbsolutePath.TrimEnd('/')}/v1/{_signal.ToLowerInvariant()}" }.Uri;
            return new OtlpTarget(
                signal, endpoint, grpc, headers is null ? null : new(headers.Value.Value),
                milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : UsualTimeout)
            {
                Authorities = Find("CERTIFICATE")?.Value,
                Client = Find("CLIENT_CERTIFICATE") is var (_, certificate) && Find("CLIENT_KEY") is var (_, key)
                    ? (certificate, key)
                    : null,
            };
        }

        /// <summary>The variable for this signal alone goes before the one for all; an empty one is as none.</summary>
        private (string Name, string Value)? Find(string word)
        {
            foreach (var name in (string[])[$"{Prefix}{_signal}_{word}", Prefix + word])
                if (environment(name)?.Trim() is { Length: > 0 } value) return (name, value);
            return null;
        }

        private static Fault Misread(string variable, string why) => new("Otlp", $"{variable} {why}");

        /// <summary>What no request could be sent with is no header either.</summary>
        private static bool AreHeaders(string text)
        {
            using var request = new HttpRequestMessage();
            return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .All(pair => IsHeader(pair, request.Headers));
        }

        private static bool IsHeader(string pair, HttpRequestHeaders headers)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var value = at < 0 ? "" : Uri.UnescapeDataString(pair[(at + 1)..]);
            return at > 0 && !value.Any(char.IsControl)
                && headers.TryAddWithoutValidation(Uri.UnescapeDataString(pair[..at]).Trim(), value);
        }
    }
}
