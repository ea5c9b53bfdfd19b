using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Asks a container how it is: by connecting, by HTTP, or by running a command, within the probe's own timeout.</summary>
internal sealed class Probe(JsonObject probe, JsonObject container, ContainerContext context, TimeProvider time)
{
    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false });

    public TimeSpan InitialDelay => Seconds("initialDelaySeconds", 0);

    public TimeSpan Period => Seconds("periodSeconds", 10);

    public long FailureThreshold => probe.Number("failureThreshold") ?? 3;

    public long SuccessThreshold => probe.Number("successThreshold") ?? 1;

    /// <summary>Null when all is well, else why not.</summary>
    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(_ => limit.Cancel(), null, Seconds("timeoutSeconds", 1), Timeout.InfiniteTimeSpan);
        try
        {
            if (probe.ObjectAt("tcpSocket") is { } tcp)
                return await ConnectAsync(PortOf(tcp), limit.Token);
            if (probe.ObjectAt("httpGet") is { } http)
                return await GetAsync(http, limit.Token);
            return probe.ObjectAt("exec") is { } exec ? await RunAsync(exec, limit.Token) : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "probe timed out";
        }
        catch (Exception error) when (error is SocketException or HttpRequestException or IOException
            or System.ComponentModel.Win32Exception)
        {
            return error.Message;
        }
    }

    private static async Task<string?> ConnectAsync(int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellation);
        return null;
    }

    private async Task<string?> GetAsync(JsonObject http, CancellationToken cancellation)
    {
        var path = http.Text("path") ?? "/";
        var url = string.Create(
            CultureInfo.InvariantCulture, $"http://127.0.0.1:{PortOf(http)}{(path.StartsWith('/') ? path : "/" + path)}");
        using var response = await Http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellation);
        return (int)response.StatusCode is >= 200 and < 400 ? null : $"HTTP probe failed with statuscode: {(int)response.StatusCode}";
    }

    private async Task<string?> RunAsync(JsonObject exec, CancellationToken cancellation)
    {
        var command = (exec.ArrayAt("command") ?? []).Select(one => context.Substitute(one.AsText() ?? "")).ToList();
        var start = context.Start(command[0], command.Skip(1));
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? null : $"command exited with {process.ExitCode}: {(await output + await errors).Trim()}";
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private int PortOf(JsonObject action)
    {
        var port = action.Number("port")
            ?? container.ItemsAt("ports").FirstOrDefault(one => one.Text("name") == action.Text("port")).Number("containerPort") ?? 0;
        return context.HostPort((int)port);
    }

    private TimeSpan Seconds(string field, long fallback) => TimeSpan.FromSeconds(probe.Number(field) ?? fallback);
}
