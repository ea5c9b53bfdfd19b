using ChatOps.Testing.Discord;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A minute of calm, then ten seconds in which calls fail at random, connections end in every way and Discord goes away once, and again.</summary>
internal sealed class DiscordStorms(Random random, DiscordSimulator discord, TimeProvider time)
{
    private const string Callback = "POST interactions/{interaction}/{token}/callback";
    private const string Edit = "PATCH channels/{channel}/messages/{message}";
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);
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
        discord.ClearFaults();
        _past.Add((_begins, time.GetUtcNow()));
        (_begins, _raging, _wasAway) = (time.GetUtcNow() + Calm, false, false);
    }

    private async Task FailAsync(DateTimeOffset now)
    {
        var route = random.Next(2) == 0 ? Callback : Edit;
        switch (random.Next(12))
        {
            case 0:
                discord.FailNext(DiscordFault.TooMany(TimeSpan.FromSeconds(random.Next(1, 4)), (DiscordScope)random.Next(3)), Edit);
                break;
            case 1:
                discord.FailNext(DiscordFault.Refuse(500, 0, "Internal Server Error"), route);
                break;
            case 2:
                discord.FailNext(DiscordFault.Html(502), route);
                break;
            case 3:
                discord.FailNext(DiscordFault.Drop, route);
                break;
            case 4 or 5:
                discord.FailNext(DiscordFault.LoseAnswer, route);
                break;
            case 6:
                discord.CutGateway();
                break;
            case 7:
                discord.AskToReconnect();
                break;
            case 8:
                discord.InvalidateSession(resumable: true);
                break;
            case 9 when random.Next(4) == 0:
                discord.InvalidateSession();
                break;
            case 10:
                discord.CloseGateway(4000);
                break;
            case 11 when !_wasAway:
                await discord.StopListeningAsync();
                (_backAt, _wasAway) = (now + TimeSpan.FromSeconds(random.Next(1, 7)), true);
                break;
        }
    }

    private async Task ReturnAsync()
    {
        if (_backAt is null) return;
        await discord.ListenAgainAsync();
        _backAt = null;
    }
}
