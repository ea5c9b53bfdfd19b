using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatOps.Values;

namespace ChatOps.Kubernetes;

/// <summary>
/// Asks a program for a token, and again when that token expires or is refused (client.authentication.k8s.io/v1, "client-go credential
/// plugins").
/// </summary>
internal sealed class ExecCredentials(ExecCommand command, TimeProvider time) : Credentials
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private AuthenticationHeaderValue? _header;
    private DateTimeOffset? _expires;

    internal override async ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_header is null || (_expires is { } e && e <= time.GetUtcNow())) await AskAsync(ct);
            return _header;
        }
        finally
        {
            _gate.Release();
        }
    }

    internal override bool Renew()
    {
        _header = null;
        return true;
    }

    private async Task AskAsync(CancellationToken ct)
    {
        var output = await RunAsync(ct);
        try
        {
            using var document = JsonDocument.Parse(output);
            var status = document.RootElement.GetProperty("status");
            _expires = status.TryGetProperty("expirationTimestamp", out var expires) ? expires.GetDateTimeOffset() : null;
            _header = new AuthenticationHeaderValue("Bearer", status.GetProperty("token").GetString());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Failed("its answer is not an ExecCredential with a token", e);
        }
    }

    private async Task<string> RunAsync(CancellationToken ct)
    {
        var start =
            new ProcessStartInfo(command.Program, command.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in command.Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] =
            $$$"""{"apiVersion":"{{{command.ApiVersion}}}","kind":"ExecCredential","spec":{"interactive":false}}""";
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(ct);
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? output : throw Failed($"it ended with {process.ExitCode}: {(await errors).Trim()}", null);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Failed(e.Message, e);
        }
    }

    private FaultException Failed(string cause, Exception? inner) => new(
        new("NoCredentials", $"get a token from {command.Program}: {cause}", "Run that program by hand, or use another context"), inner);
}

internal sealed record ExecCommand(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string ApiVersion);
