using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Leadership;

/// <summary>
/// Marks the pod of the bot that leads, which is how the Service finds it. Outside a pod, or where nobody told its name, nothing is marked.
/// </summary>
internal sealed class LeaderLabel(IKubernetesClient client, TimeProvider time, ILogger<LeaderLabel> log)
{
    public const string Name = $"{ChatOpsKinds.Group}/leads";
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(2);

    private readonly string? _pod = Environment.GetEnvironmentVariable("POD_NAME"),
        _namespace = Environment.GetEnvironmentVariable("POD_NAMESPACE");

    public Task PutOnAsync(CancellationToken ct) => SetAsync("true", ct);

    /// <summary>A container that starts anew finds the mark its predecessor left.</summary>
    public Task TakeOffAsync(CancellationToken ct) => SetAsync(null, ct);

    private async Task SetAsync(string? value, CancellationToken ct)
    {
        if (_pod is not { Length: > 0 } || _namespace is not { Length: > 0 }) return;
        var body = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Name] = value } } };
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await client.PatchAsync(Kinds.Pods, _namespace, _pod, Patch.Merge(body), ct);
                return;
            }
            catch (ApiException e)
            {
                log.LogWarning(
                    "mark this pod as the one that leads: {Cause}{Then}",
                    e.Message, e.IsTransient ? "; trying again" : "; the Service does not find it");
                if (!e.IsTransient) return;
                await Task.Delay(AfterTrouble, time, ct);
            }
        }
    }
}
