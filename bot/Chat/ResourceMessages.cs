using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Shows a resource in the messages it names. Once its last state has been delivered to all of them the resource is marked, so that a bot
/// started anew does not edit old messages again, except on a platform that forgets.
/// </summary>
internal sealed class ResourceMessages(IKubernetesClient client, LiveMessages live, ILogger<ResourceMessages> log)
{
    /// <summary>Annotation: every message shows the last state.</summary>
    public const string ShownAnnotation = $"{ChatOpsKinds.Group}/shown";

    public void Show(ResourceKind kind, IResource resource, Card card)
    {
        var shown = resource.Metadata.Annotation(ShownAnnotation) is not null;
        var messages = MessageReference.Of(resource).Where(live.Serves).ToList();
        var mark = card is { IsSettled: true, State: not CardState.Waiting } && !shown;
        var left = messages.Count;
        foreach (var message in messages)
        {
            if (shown && card.IsSettled && !live.Forgets(message)) continue;
            live.Show(message, card, mark ? Delivered : null);
        }

        void Delivered()
        {
            if (Interlocked.Decrement(ref left) > 0) return;
            MarkAsync(kind, resource).OrTell(e => log.LogError(e, "mark {Name} as shown", resource.Metadata.Name));
        }
    }

    private async Task MarkAsync(ResourceKind kind, IResource resource)
    {
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ShownAnnotation] = "final" } } };
        try
        {
            if (kind == ChatOpsKinds.Changes) await PatchAsync(ChatOpsKinds.Changes);
            else await PatchAsync(ChatOpsKinds.Snapshots);
        }
        catch (ApiException e)
        {
            // Unmarked, the message is merely shown once more after the next start.
            log.LogInformation("mark {Name} as shown: {Cause}", resource.Metadata.Name, e.Message);
        }

        Task PatchAsync<T>(ResourceKind<T> of)
            where T : IResource =>
                client.PatchAsync(of, resource.Metadata.Namespace, resource.Metadata.Name, Patch.Merge(body), CancellationToken.None);
    }
}
