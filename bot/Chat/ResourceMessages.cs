using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Shows a resource in the messages it names. Once its last state has been delivered the resource is marked, so that a bot started anew
/// does not edit old messages again, except on a platform that forgets.
/// </summary>
internal sealed class ResourceMessages(IKubernetesClient client, LiveMessages live, ILogger<ResourceMessages> log)
{
    private const string ShownAnnotation = $"{ChatOpsKinds.Group}/shown";

    public void Show(ResourceKind kind, IResource resource, Card card)
    {
        var shown = resource.Metadata.Annotation(ShownAnnotation) is not null;
        foreach (var message in MessageReference.Of(resource))
        {
            if (shown && card.IsSettled && !live.Forgets(message)) continue;
            var mark = card is { IsSettled: true, State: not CardState.Waiting } && !shown;
            live.Show(message, card, mark ? () => _ = MarkAsync(kind, resource) : null);
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
            where T : IResource => client.PatchAsync(of, resource.Metadata.Namespace, resource.Metadata.Name, Patch.Merge(body), CancellationToken.None);
    }
}
