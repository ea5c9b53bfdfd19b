using System.Collections.Concurrent;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Chat;

/// <summary>
/// Keeps messages up to date at the rate each platform allows: the newest state wins, states in between are dropped, and the last one is
/// always delivered, however long the platform is away.
/// </summary>
internal sealed class LiveMessages(ChatPlatforms platforms, TimeProvider time, ILogger<LiveMessages> log)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<MessageReference, Lane> _lanes = new();
    private volatile bool _ended;

    /// <summary>Shows a card in a message soon; returns at once. A platform no longer configured is passed over.</summary>
    public void Show(MessageReference message, Card card, Action? whenSettledIsShown = null)
    {
        if (_ended || platforms.Find(message.Platform) is not { } platform) return;
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
            DeliverAsync(platform, message, lane).OrTell(e => log.LogError(e, "message {Id} is kept up to date no more", message.Id));
            return;
        }
    }

    /// <summary>
    /// Begins no edit any more, and returns when those under way are over: from then on another bot shows the newest states, and nothing of
    /// this one may come after.
    /// </summary>
    public async Task EndAsync(TimeSpan within)
    {
        _ended = true;
        using var over = new CancellationTokenSource(within, time);
        while (_lanes.Values.Any(l => l.IsEditing) && !over.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, over.Token).Settled();
    }

    /// <summary>Whether its platform is configured.</summary>
    public bool Serves(MessageReference message) => platforms.Find(message.Platform) is not null;

    public bool Forgets(MessageReference message) => platforms.Find(message.Platform) is { Forgets: true };

    private async Task DeliverAsync(IChatPlatform platform, MessageReference message, Lane lane)
    {
        var failures = 0;
        while (true)
        {
            bool settled;
            lock (lane)
            {
                if (lane.Next is null || _ended)
                {
                    lane.Closed = true;
                    _lanes.TryRemove(message, out _);
                    return;
                }
                settled = lane.Next.Value.Card.IsSettled;
                lane.Editing = true;
            }
            (Card Card, Action? Shown)? taken = null;
            Card Newest() => (taken = lane.Take()).Value.Card;
            try
            {
                await platform.EditAsync(message, settled, Newest, CancellationToken.None);
                lane.Editing = false;
                failures = 0;
                if (taken is { Card.IsSettled: true } last) last.Shown?.Invoke();
                await Task.Delay(platform.EditInterval, time, CancellationToken.None);
            }
            catch (PlatformException e)
            {
                lane.Editing = false;
                log.LogWarning(
                    "edit {Platform} message {Id}: {Cause}{Then}",
                    message.Platform, message.Id, e.Message, e.Retry ? "; trying again" : "");
                taken ??= lane.Take();
                if (!e.Retry) continue;
                lane.PutBack(taken.Value);
                var wait = Math.Min(LongestWait.TotalSeconds, 0.5 * Math.Pow(2, failures++));
                await Task.Delay(TimeSpan.FromSeconds(wait), time, CancellationToken.None);
            }
            catch (Exception e)
            {
                // A state that cannot be shown is passed over; the next one is shown.
                lane.Editing = false;
                log.LogError(e, "edit {Platform} message {Id}", message.Platform, message.Id);
                if (taken is null) lane.Drop();
                await Task.Delay(platform.EditInterval, time, CancellationToken.None);
            }
        }
    }

    /// <summary>The states one message still has to show; guarded by itself.</summary>
    private sealed class Lane
    {
        public (Card Card, Action? Shown)? Next { get; set; }

        public bool Running { get; set; }

        public bool Editing { private get; set; }

        /// <summary>Whether the platform is at it.</summary>
        public bool IsEditing
        {
            get
            {
                lock (this) return Editing;
            }
        }

        public bool Closed { get; set; }

        public (Card Card, Action? Shown) Take()
        {
            lock (this)
            {
                var taken = Next ?? throw new InvalidOperationException("a message has no state to show");
                Next = null;
                return taken;
            }
        }

        public void Drop()
        {
            lock (this) Next = null;
        }

        public void PutBack((Card Card, Action? Shown) state)
        {
            lock (this) Next ??= state;
        }
    }
}
