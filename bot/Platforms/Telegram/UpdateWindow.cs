namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// Which updates are being handled. All of a batch are handled at once; the offset never passes one that is not done, so that after a kill
/// Telegram delivers it again. A repeated delivery joins the first.
/// </summary>
/// <remarks>Source: Telegram Bot API, "getUpdates": an update is confirmed by asking with a higher offset.</remarks>
internal sealed class UpdateWindow(Func<Update, CancellationToken, Task> handle)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Task> _known = [];
    private long _offset;

    /// <summary>Below it everything is done.</summary>
    public long Offset
    {
        get
        {
            lock (_gate)
            {
                while (_known.Count > 0 && _known.First() is var (id, work) && work.IsCompletedSuccessfully)
                {
                    _known.Remove(id);
                    _offset = id + 1;
                }
                return _known.Count > 0 ? _known.First().Key : _offset;
            }
        }
    }

    /// <summary>Ends when all that are under way now have ended.</summary>
    public Task Progress
    {
        get
        {
            lock (_gate)
            {
                var open = _known.Values.Where(w => !w.IsCompleted).ToList();
                return open.Count == 0 ? Task.CompletedTask : Task.WhenAny(open);
            }
        }
    }

    /// <summary>
    /// After a week without updates Telegram numbers them anew, perhaps lower; what was confirmed is gone by then anyway.
    /// </summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (_known.Count == 0) _offset = 0;
        }
    }

    /// <summary>Starts handling it, unless that has begun; ends when it is done.</summary>
    public Task Take(Update update, CancellationToken ct)
    {
        lock (_gate)
        {
            if (update.UpdateId < _offset) return Task.CompletedTask;
            if (!_known.TryGetValue(update.UpdateId, out var work)) _known[update.UpdateId] = work = handle(update, ct);
            return work;
        }
    }
}
