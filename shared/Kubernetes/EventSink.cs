using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Kubernetes;

/// <summary>
/// Tells of an object what <c>kubectl describe</c> lists last (Kubernetes API reference, Event v1 core). Never holds up or harms what it
/// tells of: one that the API server does not take is lost, which is logged once. Its name derives from what it says, so that one told
/// again after a kill stands there once, and no right is needed but to create.
/// </summary>
/// <param name="component">Who tells it, as the column From has it.</param>
/// <param name="log">Takes one line for a person.</param>
public sealed class EventSink(IKubernetesClient client, string component, TimeProvider time, Action<string> log)
{
    private const int LongestName = 200, LongestMessage = 1000;
    private readonly ConcurrentDictionary<string, bool> _lost = new(StringComparer.Ordinal);

    /// <summary>As it should be; returns at once.</summary>
    public void Normal(ObjectReference about, string reason, string message) => _ = WriteAsync(about, "Normal", reason, message);

    /// <summary>Somebody should look; returns at once.</summary>
    public void Warning(ObjectReference about, string reason, string message) => _ = WriteAsync(about, "Warning", reason, message);

    private async Task WriteAsync(ObjectReference about, string type, string reason, string message)
    {
        try
        {
            // Nobody waits for it, so nobody cancels it; the client gives up by itself.
            await client.CreateAsync(Kinds.Events, about.Namespace, Body(about, type, reason, message), CancellationToken.None);
        }
        catch (ApiException e) when (e.AlreadyExists)
        {
            // Told before.
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException or ObjectDisposedException)
        {
            if (_lost.TryAdd((e as ApiException)?.Reason ?? "Ended", true))
                log($"event {reason} on {about.Kind} {about.Name}: {e.Message}; it is not told");
        }
    }

    private JsonObject Body(ObjectReference about, string type, string reason, string message)
    {
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Uid}\n{reason}\n{message}")))[..16];
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{Cut(about.Name ?? "", LongestName)}.{digest}", ["namespace"] = about.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = about.ApiVersion,
                ["kind"] = about.Kind,
                ["namespace"] = about.Namespace,
                ["name"] = about.Name,
                ["uid"] = about.Uid,
            },
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = Cut(message, LongestMessage),
            ["source"] = new JsonObject { ["component"] = component },
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
