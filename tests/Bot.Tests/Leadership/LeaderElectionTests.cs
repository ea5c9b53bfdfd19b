using System.Text.Json.Nodes;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Tests.Platforms;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing;

namespace ChatOps.Bot.Tests.Leadership;

/// <summary>One leads, whatever happens to whom; never two.</summary>
[Collection(nameof(Alone))]
public sealed class LeaderElectionTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly Traffic _traffic = new();
    private readonly LeaseStore _store = new();
    private readonly List<Candidate> _all = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var candidate in _all) await candidate.DisposeAsync();
    }

    [Fact]
    public async Task The_first_leads_at_once_and_renews_while_the_second_stands_by_and_knows_its_name()
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(60);
        Assert.True(first.Leads);
        Assert.False(second.Leads);
        Assert.Equal("first", second.Leader.Other);
        // Taken once, renewed each two seconds; the one that stands by writes nothing.
        Assert.InRange(first.Line.Writes, 29, 31);
        Assert.Equal(0, second.Line.Writes);
    }

    [Fact]
    public async Task One_that_falls_silent_is_succeeded_after_the_duration_of_its_lease_and_not_before()
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(2.5);
        first.Die();
        // Its last sign was half a second ago.
        await PassAsync(14.3);
        Assert.False(second.Leads);
        await PassAsync(0.4);
        Assert.True(second.Leads);
        Assert.Equal(1, _store.Lease!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task One_that_gives_back_is_succeeded_at_once()
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(1);
        await first.StopAsync();
        await PassAsync(0);
        Assert.True(second.Leads);
    }

    [Fact]
    public async Task One_whose_last_renewal_arrived_unanswered_gives_back_all_the_same()
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(1);
        _store.Put([], "patch");
        await first.StopAsync();
        await PassAsync(0);
        Assert.True(second.Leads);
    }

    [Theory]
    [InlineData("away")]
    [InlineData("hanging")]
    public async Task One_that_cannot_renew_ends_before_another_begins(string fault)
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(3);
        if (fault == "away") first.Line.Away = true;
        else first.Line.Hangs = true;
        // Last renewed a second ago, at two.
        await PassAsync(8.9);
        Assert.True(first.Leads);
        await PassAsync(0.2);
        Assert.False(first.Leads);
        Assert.False(second.Leads);
        await PassAsync(5);
        Assert.True(second.Leads);
    }

    [Fact]
    public async Task A_call_that_fails_now_and_then_costs_nothing()
    {
        var first = Start("first");
        await PassAsync(0);
        for (var i = 0; i < 10; i++)
        {
            first.Line.Away = true;
            await PassAsync(6);
            first.Line.Away = false;
            await PassAsync(3);
        }
        Assert.True(first.Leads);
    }

    [Fact]
    public async Task The_same_pod_begun_anew_takes_its_own_lease_at_once()
    {
        var first = Start("first");
        await PassAsync(1);
        first.Die();
        var anew = Start("first");
        await PassAsync(0);
        Assert.True(anew.Leads);
        Assert.Equal(0, _store.Lease!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task Many_that_reach_for_it_at_once_are_led_by_one()
    {
        var many = Enumerable.Range(0, 20).Select(i => Start($"bot-{i}")).ToList();
        await PassAsync(1);
        Assert.Single(many, c => c.Leads);
        for (var i = 0; i < 19; i++)
        {
            many.Single(c => c.Leads).Die();
            await PassAsync(16);
            Assert.Single(many, c => c.Leads);
        }
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task Clocks_that_differ_change_nothing(int days)
    {
        var elsewhere = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero).AddDays(days);
        _store.Put(Held("other", elsewhere), "create");
        var second = Start("second");
        for (var i = 0; i < 10; i++)
        {
            await PassAsync(14);
            Assert.False(second.Leads);
            _store.Put(Held("other", elsewhere.AddSeconds(i)), "patch");
        }
        await PassAsync(14.9);
        Assert.False(second.Leads);
        await PassAsync(0.2);
        Assert.True(second.Leads);
    }

    [Fact]
    public async Task A_watch_that_has_gone_deaf_does_not_make_a_second_leader()
    {
        var first = Start("first");
        await PassAsync(0);
        var second = Start("second");
        await PassAsync(1);
        second.Line.WatchesAreDeaf = true;
        await PassAsync(100);
        Assert.True(first.Leads);
        Assert.False(second.Leads);
        Assert.Equal(0, second.Line.Writes);
        first.Die();
        // It looks when it thinks the lease is over, and then gives its holder the whole duration once more.
        await PassAsync(31);
        Assert.True(second.Leads);
    }

    [Fact]
    public async Task A_lease_that_somebody_edited_is_kept_and_one_that_is_not_its_own_any_more_is_let_go()
    {
        var first = Start("first");
        await PassAsync(1);
        _store.Put([], "patch");
        await PassAsync(30);
        Assert.True(first.Leads);
        _store.Put(Held("other", _time.GetUtcNow()), "patch");
        await PassAsync(2.1);
        Assert.False(first.Leads);
    }

    [Fact]
    public async Task A_lease_that_was_deleted_is_let_go()
    {
        var first = Start("first");
        await PassAsync(1);
        _store.Put(null, "delete");
        await PassAsync(2.1);
        Assert.False(first.Leads);
    }

    [Fact]
    public async Task One_that_begins_while_the_server_is_away_takes_its_turn_when_it_is_back()
    {
        var first = Start("first", away: true);
        await PassAsync(300);
        Assert.False(first.Leads);
        Assert.Null(first.Leader.Other);
        first.Line.Away = false;
        await PassAsync(1.1);
        Assert.True(first.Leads);
    }

    private Candidate Start(string name, bool away = false)
    {
        var candidate = new Candidate(name, new LeaseLine(_store) { Away = away }, _time, _traffic);
        _all.Add(candidate);
        return candidate;
    }

    /// <summary>Time goes by in small steps, and in none of them do two lead.</summary>
    private async Task PassAsync(double seconds)
    {
        for (var left = seconds; left >= 0; left -= 0.1)
        {
            await _time.AdvanceAsync(TimeSpan.FromSeconds(Math.Min(left, 0.1)), () => _traffic.SettledAsync(() => 0));
            Assert.InRange(_all.Count(c => c.Leads), 0, 1);
        }
    }

    private static JsonObject Held(string holder, DateTimeOffset renewed) => new()
    {
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = holder,
            ["leaseDurationSeconds"] = 15,
            ["renewTime"] = LeaderTerm.MicroTime(renewed)
        },
    };
}
