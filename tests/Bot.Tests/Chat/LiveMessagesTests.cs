using ChatOps.Bot.Chat;
using ChatOps.Resources;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatOps.Bot.Tests.Chat;

public sealed class LiveMessagesTests
{
    private static readonly MessageReference Message = new("fake", "ops", "1");
    private readonly ManualTime _time = new();
    private readonly FaultyPlatform _platform = new();
    private readonly LiveMessages _live;

    public LiveMessagesTests() => _live = new(new ChatPlatforms([_platform]), _time, NullLogger<LiveMessages>.Instance);

    [Fact]
    public async Task The_newest_state_wins_and_the_rate_is_kept()
    {
        for (var i = 1; i <= 50; i++) _live.Show(Message, Card($"{i}"));
        Assert.Equal(["1"], _platform.Shown);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["1", "50"], _platform.Shown);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["1", "50"], _platform.Shown);
    }

    [Fact]
    public async Task The_last_state_is_delivered_however_long_the_platform_is_away()
    {
        _platform.Failures = 20;
        _live.Show(Message, Card("working"));
        _live.Show(Message, Card("done", CardState.Succeeded));
        await _time.AdvanceAsync(TimeSpan.FromMinutes(20));
        Assert.Equal("done", _platform.Shown[^1]);
        Assert.Equal(0, _platform.Failures);
    }

    [Fact]
    public async Task An_old_state_never_overwrites_a_newer_one_after_a_failure()
    {
        _platform.Failures = 1;
        _live.Show(Message, Card("old"));
        _live.Show(Message, Card("new"));
        await _time.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["new"], _platform.Shown);
    }

    [Fact]
    public async Task What_a_platform_refuses_for_good_is_not_tried_again()
    {
        (_platform.Failures, _platform.ForGood) = (1, true);
        _live.Show(Message, Card("gone"));
        await _time.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(_platform.Shown);
    }

    [Fact]
    public async Task A_settled_state_is_confirmed_once_it_is_shown()
    {
        var confirmed = 0;
        _platform.Failures = 1;
        _live.Show(Message, Card("done", CardState.Succeeded), () => confirmed++);
        Assert.Equal(0, confirmed);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, confirmed);
    }

    private static Card Card(string title, CardState state = CardState.Working) => new(state, title);

    private sealed class FaultyPlatform : IChatPlatform
    {
        public List<string> Shown { get; } = [];

        public int Failures { get; set; }

        public bool ForGood { get; set; }

        public string Name => "fake";

        public TimeSpan EditInterval => TimeSpan.FromSeconds(1);

        public bool Forgets => false;

        public Task RunAsync(IChatInbox inbox, CancellationToken ct) => Task.CompletedTask;

        public Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct) => throw new NotSupportedException();

        public Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct)
        {
            if (Failures > 0)
            {
                Failures--;
                throw new PlatformException("away", retry: !ForGood);
            }
            Shown.Add(newest().Title);
            return Task.CompletedTask;
        }
    }
}
