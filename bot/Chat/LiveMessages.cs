using System.Collections.Concurrent;
using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Keeps messages up to date at the rate each platform allows: the newest state wins, states in between are dropped, and the last one is
/// always delivered, however long the platform is away.
/// </summary>
internal sealed class LiveMessages(ChatPlatforms platforms, TimeProvider time, ILogger<LiveMessages> log)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<MessageReference, Lane> _lanes = new();

    /// <summary>Shows a card in a message soon; returns at once. A platform no longer configured is passed over.</summary>
    public void Show(MessageReference message, Card card, Action? whenSettledIsShown = null)
    {
        if (platforms.Find(message.Platform) is not { } platform) return;
        while (true)
        {
            var lane = _lanes.GetOrAdd(message, _ => new Lane());
            lock (lane)
            {
                if (lane.Closed) continue;
                lane.Next = (card, whenSettledIsShown);
                if (lane.Running) return;
                lane.Running = true;
            }
            _ = DeliverAsync(platform, message, lane);
            return;
        }
    }

    public bool Forgets(MessageReference message) => platforms.Find(message.Platform) is { Forgets: true };

    private async Task DeliverAsync(IChatPlatform platform, MessageReference message, Lane lane)
    {
        var failures = 0;
        while (true)
        {
            bool settled;
            lock (lane)
            {
                if (lane.Next is null)
                {
                    lane.Closed = true;
                    _lanes.TryRemove(message, out _);
                    return;
                }
                settled = lane.Next.Value.Card.IsSettled;
            }
            await TurnAsync(platform, message, settled);
            (Card Card, Action? Shown) next;
            lock (lane)
            {
                next = lane.Next.Value;
                lane.Next = null;
            }
            try
            {
                await platform.EditAsync(message, next.Card, CancellationToken.None);
                failures = 0;
                if (next.Card.IsSettled) next.Shown?.Invoke();
                await Task.Delay(platform.EditInterval, time, CancellationToken.None);
            }
            catch (PlatformException e)
            {
                log.LogWarning("edit {Platform} message {Id}: {Cause}{Then}", message.Platform, message.Id, e.Message, e.Retry ? "; trying again" : "");
                if (!e.Retry) continue;
                lock (lane) lane.Next ??= next;
                var wait = Math.Min(LongestWait.TotalSeconds, 0.5 * Math.Pow(2, failures++));
                await Task.Delay(TimeSpan.FromSeconds(wait), time, CancellationToken.None);
            }
        }
    }

    private static async Task TurnAsync(IChatPlatform platform, MessageReference message, bool settled)
    {
        try
        {
            await platform.TurnAsync(message, settled, CancellationToken.None);
        }
        catch (PlatformException)
        {
            // The edit itself says why.
        }
    }

    /// <summary>The states one message still has to show; guarded by itself.</summary>
    private sealed class Lane
    {
        public (Card Card, Action? Shown)? Next { get; set; }

        public bool Running { get; set; }

        public bool Closed { get; set; }
    }
}
