using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Tells the chats with <c>notify</c> of what nobody asked for in a chat: a snapshot of a schedule, a Change made with kubectl. From then
/// on the resource names those messages, and they are kept up to date like any other. A chat that is away is told when it is back.
/// </summary>
internal sealed class Announcements(
    IKubernetesClient client, ChatPlatforms platforms, BotSettings settings, TimeProvider time, ILogger<Announcements> log)
{
    /// <summary>What ended longer ago, before the bot was started, is no news.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>What is being told, by resource; each entry ends when its resource names the messages.</summary>
    private readonly ConcurrentDictionary<string, Telling> _tellings = new();

    public void Tell<T>(ResourceKind<T> kind, T resource, string target, Card card, CancellationToken ct)
        where T : IResource
    {
        var named = MessageReference.Of(resource).Count > 0;
        if (_tellings.TryGetValue(Key(resource), out var begun) && begun.Turn(card, named)) Forget(resource);
        if (begun is not null || named) return;
        var ended = card.State is not (CardState.Working or CardState.Waiting);
        if (ended && resource.Metadata.CreationTimestamp is { } made && time.GetUtcNow() - made > News) return;
        var chats = Listening(target, resource.Metadata.Annotation(ChatOpsKinds.NotifyAnnotation)?.Split(','));
        var telling = new Telling(card);
        if (chats.Count > 0 && _tellings.TryAdd(Key(resource), telling))
            TellAsync(kind, resource, chats, telling, ct).OrTell(e => log.LogError(e, "tell of {Name}", resource.Metadata.Name));
    }

    /// <summary>The resource is gone, or speaks for itself: nothing is kept of it.</summary>
    public void Forget(IResource resource) => _tellings.TryRemove(Key(resource), out _);

    /// <summary>
    /// Says something that belongs to no resource with a message of its own; ends when every chat has taken it or refused it for good.
    /// </summary>
    /// <param name="names">Of the chats that are to hear it; null means all that want news of the target.</param>
    public Task SayAsync(string target, IReadOnlyList<string>? names, Card card, CancellationToken ct) =>
        Task.WhenAll(Listening(target, names).Select(c => SendAsync(c.Platform, c.Chat, () => card, ct)));

    private List<(string Platform, ChatSettings Chat)> Listening(string target, IReadOnlyList<string>? names) =>
        [.. settings.Chats.Where(c => (names is null ? c.Chat.Notify : names.Contains(c.Chat.Name)) && c.Chat.Covers(target))];

    /// <summary>All chats at once, so that one that is away keeps none of the others waiting.</summary>
    private async Task TellAsync<T>(
        ResourceKind<T> kind, T resource, IReadOnlyList<(string Platform, ChatSettings Chat)> chats, Telling telling, CancellationToken ct)
        where T : IResource
    {
        using var gate = new SemaphoreSlim(1, 1);
        var sent = new List<MessageReference>();
        try
        {
            await Task.WhenAll(chats.Select(async chat =>
            {
                if (await SendAsync(chat.Platform, chat.Chat, () => telling.Card, ct) is not { } message) return;
                await gate.WaitAsync(ct);
                try
                {
                    sent.Add(message);
                    await NameAsync(kind, resource, sent, ct);
                }
                finally
                {
                    gate.Release();
                }
            }));
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            log.LogWarning("tell of {Name}: {Cause}", resource.Metadata.Name, e.Message);
        }
        if (telling.End()) Forget(resource);
    }

    /// <summary>Writes down where it is shown, however long the API server is away: only what is written down is kept up to date.</summary>
    private async Task NameAsync<T>(ResourceKind<T> kind, T resource, IReadOnlyList<MessageReference> messages, CancellationToken ct)
        where T : IResource
    {
        // Where it ended while this message was on its way, only the others show that: none counts as shown before all do.
        var annotation = new JsonObject
        {
            [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation(messages),
            [ResourceMessages.ShownAnnotation] = null,
        };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotation } };
        for (var failures = 0; ; failures++)
        {
            try
            {
                await client.PatchAsync(kind, resource.Metadata.Namespace, resource.Metadata.Name, Patch.Merge(body), ct);
                return;
            }
            catch (ApiException e) when (e.IsTransient)
            {
                await Task.Delay(Pause(failures), time, ct);
            }
        }
    }

    /// <summary>Until it is taken, or refused for good, which is null.</summary>
    private async Task<MessageReference?> SendAsync(string platform, ChatSettings chat, Func<Card> newest, CancellationToken ct)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await platforms.SendAsync(platform, chat.Channel, newest(), ct);
            }
            catch (PlatformException e)
            {
                if (failures == 0 || !e.Retry)
                    log.LogWarning("tell {Chat}: {Cause}{Then}", chat.Name, e.Message, e.Retry ? "; trying on" : "");
                if (!e.Retry) return null;
                await Task.Delay(Pause(failures), time, ct);
            }
        }
    }

    private static TimeSpan Pause(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, 0.5 * Math.Pow(2, failures)));

    private static string Key(IResource resource) => resource.Metadata.Uid ?? resource.Metadata.Name;

    /// <summary>One resource on its way to its chats, until each had its turn and the resource was seen to name a message.</summary>
    private sealed class Telling(Card card)
    {
        private readonly Lock _gate = new();
        private bool _named;
        private bool _ended;

        /// <summary>What a chat that is told now is shown.</summary>
        public Card Card { get; private set; } = card;

        /// <summary>The resource moved on; true when it is over.</summary>
        public bool Turn(Card card, bool named)
        {
            lock (_gate)
            {
                (Card, _named) = (card, _named || named);
                return _named && _ended;
            }
        }

        /// <summary>Every chat had its turn; true when it is over.</summary>
        public bool End()
        {
            lock (_gate)
            {
                _ended = true;
                return _named;
            }
        }
    }
}
