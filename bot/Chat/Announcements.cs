using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Tells the chats with <c>notify</c> of what nobody asked for in a chat: a snapshot of a schedule, a Change made with kubectl. From then on
/// the resource names those messages, and they are kept up to date like any other.
/// </summary>
internal sealed class Announcements(IKubernetesClient client, ChatPlatforms platforms, BotSettings settings, TimeProvider time, ILogger<Announcements> log)
{
    /// <summary>What ended longer ago, before the bot was started, is no news.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, bool> _told = new();

    public void Tell<T>(ResourceKind<T> kind, T resource, string target, Card card, CancellationToken ct)
        where T : IResource
    {
        if (MessageReference.Of(resource).Count > 0) return;
        if (resource.Metadata.CreationTimestamp is { } made && time.GetUtcNow() - made > News && card.State is not (CardState.Working or CardState.Waiting)) return;
        var channels = Listening(target, resource.Metadata.Annotation(ChatOpsKinds.NotifyAnnotation)?.Split(','));
        if (channels.Count == 0 || !_told.TryAdd(resource.Metadata.Uid ?? resource.Metadata.Name, true)) return;
        _ = TellAsync(kind, resource, channels, card, ct);
    }

    /// <summary>Says something that belongs to no resource with a message of its own.</summary>
    /// <param name="names">Of the chats that are to hear it; null means all that want news of the target.</param>
    public async Task SayAsync(string target, IReadOnlyList<string>? names, Card card, CancellationToken ct)
    {
        foreach (var (platform, chat) in Listening(target, names)) await SendAsync(platform, chat, card, ct);
    }

    private List<(string Platform, ChatSettings Chat)> Listening(string target, IReadOnlyList<string>? names) =>
        [.. settings.Chats.Where(c => (names is null ? c.Chat.Notify : names.Contains(c.Chat.Name)) && c.Chat.Covers(target))];

    private async Task TellAsync<T>(ResourceKind<T> kind, T resource, IReadOnlyList<(string Platform, ChatSettings Chat)> chats, Card card, CancellationToken ct)
        where T : IResource
    {
        try
        {
            var sent = new List<MessageReference>();
            foreach (var (platform, chat) in chats)
            {
                if (await SendAsync(platform, chat, card, ct) is { } message) sent.Add(message);
            }
            var annotation = new JsonObject { [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation(sent) };
            var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotation } };
            await client.PatchAsync(kind, resource.Metadata.Namespace, resource.Metadata.Name, Patch.Merge(body), ct);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            log.LogWarning("tell of {Name}: {Cause}", resource.Metadata.Name, e.Message);
        }
    }

    private async Task<MessageReference?> SendAsync(string platform, ChatSettings chat, Card card, CancellationToken ct)
    {
        try
        {
            return await platforms.SendAsync(platform, chat.Channel, card, ct);
        }
        catch (PlatformException e)
        {
            log.LogWarning("tell {Chat}: {Cause}", chat.Name, e.Message);
            return null;
        }
    }
}
