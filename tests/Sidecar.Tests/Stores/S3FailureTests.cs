using ChatOps.Sidecar.Stores.S3;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.S3;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>Every call of an upload fails once for good: nothing is left, and what was said is what went wrong.</summary>
public sealed class S3FailureTests(S3Fixture fixture) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";
    private readonly string _prefix = "f/" + Guid.NewGuid().ToString("N");
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private S3Front Front => fixture.Front!;

    private S3Store Store => S3Fixture.Open(Front.Url, _prefix);

    [Theory]
    [InlineData("begin")]
    [InlineData("part 1")]
    [InlineData("part 3")]
    [InlineData("complete")]
    [InlineData("manifest")]
    public async Task A_call_refused_for_good_leaves_nothing_and_is_told(string step)
    {
        Front.Fail(new(Ours(step), 403, "AccessDenied") { Times = 100 });
        Assert.Equal("StoreAccessDenied", await Faults.KindAsync(() => Store.PutAsync(Name, Samples.Noise(23 << 20))));
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("part 2")]
    [InlineData("complete")]
    [InlineData("manifest")]
    public async Task A_call_that_fails_for_the_moment_is_repeated_and_nobody_notices(string step)
    {
        Front.Fail(new(Ours(step), 503, "SlowDown"));
        await Store.PutAsync(Name, Samples.Noise(23 << 20));
        Assert.Equal([Name], await Store.NamesAsync());
    }

    [Theory]
    [InlineData("part 2")]
    [InlineData("complete")]
    [InlineData("manifest")]
    public async Task A_call_whose_answer_was_lost_is_found_done(string step)
    {
        Front.Fail(new(Ours(step)) { Arrives = true });
        await Store.PutAsync(Name, Samples.Noise(23 << 20));
        Assert.Equal([Name], await Store.NamesAsync());
        Assert.Equal(2, Front.Server.Keys().Count(key => key.StartsWith(_prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_the_part_that_failed_is_sent_again()
    {
        Front.Fail(new(Ours("part 2"), 500, "InternalError"));
        await Store.PutAsync(Name, Samples.Noise(23 << 20));
        var parts = Front.Calls.Where(call => call.IsPart && call.Key.StartsWith(_prefix, StringComparison.Ordinal));
        Assert.Equal(["1", "2", "2", "3", "4", "5"], parts.Select(call => call.Query("partNumber")).Order());
    }

    [Fact]
    public async Task Cancelling_while_a_part_hangs_ends_at_once_and_leaves_nothing()
    {
        var hang = new S3Fault(Ours("part 1")) { Hangs = true, Times = 100 };
        Front.Fail(hang);
        using var stop = new CancellationTokenSource();
        var draft = await Store.BeginAsync(Name, stop.Token);
        var writing = Task.Run(() => draft.Body.Write(Samples.Noise(64 << 20)), Token);
        await hang.Met.Task.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await draft.DisposeAsync();
        AssertNothingLeft();
    }

    [Fact]
    public async Task Leftovers_older_than_a_day_are_aborted_when_a_snapshot_begins_and_younger_ones_are_not()
    {
        var left = await Store.BeginAsync(Name, Token);
        left.Body.Write(Samples.Noise(6 << 20));
        await UploadBegunAsync();
        await (await Store.BeginAsync(Name, Token)).DisposeAsync();
        Assert.Single(Ours());
        var later = new ManualTime();
        await later.AdvanceAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(25) - later.GetUtcNow());
        await (await S3Fixture.Open(Front.Url, _prefix, later).BeginAsync(Name, Token)).DisposeAsync();
        Assert.Empty(Ours());
        await left.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_never_learnt_conditions_is_written_without_them()
    {
        Front.Fail(new(call => Mine(call) && call.Header("If-None-Match") is not null, 501, "NotImplemented") { Times = 100 });
        await Store.PutAsync(Name, Samples.Noise(6 << 20));
        Assert.Equal([Name], await Store.NamesAsync());
    }

    [Fact]
    public async Task A_small_archive_is_one_request()
    {
        await Store.PutAsync(Name);
        Assert.DoesNotContain(Front.Calls, call => Mine(call) && (call.IsBegin || call.IsPart));
    }

    [Fact]
    public async Task A_longer_list_than_one_page_is_read_to_its_end()
    {
        for (var i = 0; i < 3; i++)
            await Store.PutAsync($"ghostwire-2026112{i}T104530Z-abcdef");
        for (var i = 0; i < 1100; i++)
            File.WriteAllText(Front.Server.ObjectPath($"{_prefix}/ghostwire-19990101T104530Z-{i:d6}.tar.zst"), "");
        Assert.Equal(3, (await Store.NamesAsync()).Count);
        Assert.Contains(Front.Calls, call => call.Has("continuation-token") && call.Query("prefix") == _prefix + "/");
    }

    public ValueTask InitializeAsync()
    {
        S3Fixture.Needs();
        return default;
    }

    public ValueTask DisposeAsync() => default;

    private Func<S3Call, bool> Ours(string step) => call => Mine(call) && (step.Split(' ') switch
    {
        ["begin"] => call.IsBegin,
        ["part", var number] => call.IsPart && call.Query("partNumber") == number,
        ["complete"] => call.IsComplete,
        _ => call is { Method: "PUT", IsManifest: true },
    });

    private bool Mine(S3Call call) => call.Key.StartsWith(_prefix, StringComparison.Ordinal);

    private IEnumerable<string> Ours() =>
        Front.Server.Uploads().Select(upload => upload.Key).Where(key => key.StartsWith(_prefix, StringComparison.Ordinal));

    private Task UploadBegunAsync() => Eventually.TrueAsync("an upload", () => Task.FromResult(Ours().Any()));

    private void AssertNothingLeft()
    {
        Assert.DoesNotContain(Front.Server.Keys(), key => key.StartsWith(_prefix, StringComparison.Ordinal));
        Assert.Empty(Ours());
    }
}
