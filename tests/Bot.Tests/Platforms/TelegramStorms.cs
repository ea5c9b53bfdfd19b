using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A minute of calm, then ten seconds in which calls fail at random and Telegram goes away once, and again.</summary>
internal sealed class TelegramStorms(Random random, TelegramSimulator telegram, Func<Task> settled, TimeProvider time, bool losesEdits)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);
    private static readonly string[] Methods = ["sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates"];
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _past = [];
    private DateTimeOffset _begins = time.GetUtcNow() + Calm;
    private DateTimeOffset? _backAt;
    private bool _raging;
    private bool _wasAway;

    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Past => _past;

    public bool Touch(DateTimeOffset from, DateTimeOffset to) => _past.Exists(s => s.From < to && from < s.To);

    public async Task StepAsync()
    {
        var now = time.GetUtcNow();
        if (_backAt <= now) await ReturnAsync();
        if (now < _begins) return;
        if (now > _begins + TimeSpan.FromSeconds(10) && _backAt is null)
        {
            await EndAsync();
            return;
        }
        _raging = true;
        if (_backAt is null && random.Next(2) == 0) await FailAsync(now);
    }

    public async Task EndAsync()
    {
        if (!_raging) return;
        await ReturnAsync();
        telegram.ClearFaults();
        _past.Add((_begins, time.GetUtcNow()));
        (_begins, _raging, _wasAway) = (time.GetUtcNow() + Calm, false, false);
    }

    private async Task FailAsync(DateTimeOffset now)
    {
        var method = Methods[random.Next(Methods.Length)];
        switch (random.Next(7))
        {
            case 0:
                telegram.FailNext(TelegramFault.TooMany(random.Next(1, 4)), Methods[random.Next(2)]);
                break;
            case 1:
                telegram.FailNext(TelegramFault.Refuse(500, "Internal Server Error"), method);
                break;
            case 2:
                telegram.FailNext(TelegramFault.Html(502), method);
                break;
            case 3:
                telegram.FailNext(TelegramFault.Drop, method);
                break;
            case 4 when telegram.Polled:
                await telegram.CutPollAsync();
                break;
            // Only edits: happening twice they are seen once. A message whose answer is lost cannot be told from one that never arrived, so it
            // is sent again and seen twice.
            case 5 when losesEdits:
                telegram.FailNext(TelegramFault.LoseAnswer, "editMessageText");
                break;
            case 6 when !_wasAway:
                // Cut off between a message and its answer it would be sent twice: none is taken any more before the end.
                telegram.ClearFaults();
                telegram.FailNext(TelegramFault.Drop, "sendMessage", int.MaxValue);
                await settled();
                await telegram.StopListeningAsync();
                telegram.ClearFaults();
                (_backAt, _wasAway) = (now + TimeSpan.FromSeconds(random.Next(1, 7)), true);
                break;
        }
    }

    private async Task ReturnAsync()
    {
        if (_backAt is null) return;
        await telegram.ListenAgainAsync();
        _backAt = null;
    }
}
