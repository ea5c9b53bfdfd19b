using System.Text;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Reads the end of the log of the container that failed, while its pod is still there.</summary>
internal static class FailureLog
{
    private const int Lines = 20, LongestLine = 300, MostBytes = 256 << 10;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <summary>Null where it cannot be had in time: a change that fails goes back all the same.</summary>
    public static async Task<ContainerLog?> ReadAsync(
        IKubernetesClient client, string ns, LogOrigin origin, TimeProvider time, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        // It may have been started anew since, and not have come to write anything.
        foreach (var previous in (bool[])[origin.Previous, !origin.Previous])
        {
            try
            {
                var query = new LogQuery(origin.Container, TailLines: Lines, Previous: previous);
                await using var stream = await client.LogsAsync(ns, origin.Pod, query, both.Token);
                var lines = LastLines(await BoundedAsync(stream, both.Token));
                if (lines.Count > 0) return new ContainerLog { Pod = origin.Pod, Container = origin.Container, Lines = lines };
            }
            catch (Exception e) when (!ct.IsCancellationRequested
                && e is ApiException or IOException or HttpRequestException or OperationCanceledException)
            {
                // There is no such run, or it cannot be read.
            }
        }
        return null;
    }

    /// <summary>The fault with where the rest of it stands, in the place of advice to read what will be gone.</summary>
    public static Fault Kept(Fault fault, Change change) => fault is { Hint: not null, Kind: not "CrashLoopBackOff" } ? fault : fault with
    {
        Hint = $"More of it: kubectl -n {change.Metadata.Namespace} get change {change.Metadata.Name} -o yaml",
    };

    /// <summary>The last lines of a log that say something, as text that shows as itself, the oldest first.</summary>
    public static IReadOnlyList<string> LastLines(string log) =>
    [
        .. log.Split('\n').Select(line => VisibleText.Of(Plain(line)).TrimEnd()).Where(line => line.Length > 0).TakeLast(Lines)
            .Select(line => line.Length <= LongestLine ? line : $"{line[..LongestLine]}…"),
    ];

    /// <summary>Without the colours of a terminal: control sequences, ECMA-48, 5.4.</summary>
    private static string Plain(string line)
    {
        if (!line.Contains('\e', StringComparison.Ordinal)) return line.TrimEnd('\r');
        var plain = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e' && i + 1 < line.Length && line[i + 1] == '[')
            {
                for (i += 2; i < line.Length && line[i] is < '@' or > '~'; i++) { }
            }
            else
            {
                plain.Append(line[i]);
            }
        }
        return plain.ToString().TrimEnd('\r');
    }

    private static async Task<string> BoundedAsync(Stream stream, CancellationToken ct)
    {
        var bytes = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
