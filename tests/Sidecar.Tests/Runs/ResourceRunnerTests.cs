using ChatOps.Resources;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class ResourceRunnerTests : IDisposable
{
    private readonly Home _home = new();
    private readonly FakeSnapshots _cluster = new();
    private readonly CancellationTokenSource _stop = new();

    public ResourceRunnerTests() => _home.Write("a", "hello");

    [Fact]
    public async Task A_pending_snapshot_is_carried_out_and_its_result_written()
    {
        _cluster.Add("s1");
        await RunUntilFinal("s1");
        var status = _cluster["s1"].Status;
        Assert.Equal(SnapshotPhase.Succeeded, status.Phase);
        Assert.Equal((await _home.ListAsync()).Single().Name, status.Archive!.Name);
        Assert.Contains("archive-sha256", status.Checks!);
        Assert.Null(status.Progress);
        Assert.Equal("ns/s1", (await _home.ListAsync()).Single().Request);
        Assert.Equal([SnapshotPhase.Running, SnapshotPhase.Verifying, SnapshotPhase.Succeeded], _cluster.Phases("s1"));
    }

    [Fact]
    public async Task Of_an_encrypted_archive_only_what_was_checked_without_the_key_is_claimed()
    {
        var request = Archives.Age.AgeKey.Make(_home).For(_home);
        _cluster.Add("s1");
        var running = new ResourceRunner(_cluster, _home.Archives, request, TimeProvider.System, _ => { }).RunAsync(_stop.Token);
        await _cluster.FinalAsync("s1").WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.Equal(["file-sha256", "archive-sha256", "age-header"], _cluster["s1"].Status.Checks!);
        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Requests_of_other_targets_and_drivers_are_left_alone()
    {
        _cluster.Add("other", target: "elsewhere");
        _cluster.Add("cloud", driver: "ebs");
        _cluster.Add("mine");
        await RunUntilFinal("mine");
        Assert.Equal(SnapshotPhase.Pending, _cluster["other"].Status.Phase);
        Assert.Equal(SnapshotPhase.Pending, _cluster["cloud"].Status.Phase);
    }

    [Fact]
    public async Task What_a_dead_predecessor_left_unfinished_fails_as_interrupted()
    {
        _cluster.Add("s1", status: new SnapshotStatus().Start("dead", DateTimeOffset.UnixEpoch));
        await RunUntilFinal("s1");
        Assert.Equal("Interrupted", _cluster["s1"].Status.Error!.Reason);
        Assert.NotNull(_cluster["s1"].Status.Error!.Hint);
        Assert.Empty(await _home.ListAsync());
    }

    [Fact]
    public async Task What_a_dead_predecessor_committed_before_it_could_say_so_succeeds_without_a_second_archive()
    {
        var manifest = await _home.SnapshotAsync(_home.Request with { Request = "ns/s1", RequestUid = "uid-s1" });
        _cluster.Add("s1", status: new SnapshotStatus().Start("dead", DateTimeOffset.UnixEpoch));
        await RunUntilFinal("s1");
        Assert.Equal(manifest.Name, _cluster["s1"].Status.Archive!.Name);
        Assert.Single(await _home.ListAsync());
    }

    [Fact]
    public async Task An_archive_of_an_earlier_request_of_the_same_name_is_not_taken_for_it()
    {
        await _home.SnapshotAsync(_home.Request with { Request = "ns/s1", RequestUid = "uid-of-an-earlier-one" });
        _cluster.Add("s1", status: new SnapshotStatus().Start("dead", DateTimeOffset.UnixEpoch));
        await RunUntilFinal("s1");
        Assert.Equal(SnapshotPhase.Failed, _cluster["s1"].Status.Phase);
    }

    [Fact]
    public async Task An_archive_that_could_not_be_reached_to_verify_it_is_kept_and_the_request_fails()
    {
        _cluster.Add("s1");
        var runner = new ResourceRunner(
            _cluster, new Stores.UnreachableStore(_home.Archives), _home.Request, TimeProvider.System, _ => { });
        var running = runner.RunAsync(_stop.Token);
        await _cluster.FinalAsync("s1").WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await _stop.CancelAsync();
        await running;
        Assert.Equal("StoreUnreachable", _cluster["s1"].Status.Error!.Reason);
        Assert.Single(await _home.ListAsync());
    }

    [Fact]
    public async Task A_failure_is_written_with_its_reason_and_hint()
    {
        _cluster.Add("s1");
        await RunUntilFinalIn(_home.Aside("missing"), "s1");
        Assert.Equal("NoHome", _cluster["s1"].Status.Error!.Reason);
        Assert.Contains("--home", _cluster["s1"].Status.Error!.Hint, StringComparison.Ordinal);
        Assert.Equal(("Warning", "SnapshotFailed", _cluster["s1"].Status.Error!.ToFault().ToString()), _cluster.EventsOf("s1").Last());
    }

    [Fact]
    public async Task An_API_server_that_goes_away_during_the_run_hears_the_end_when_it_is_back()
    {
        _cluster.Add("s1");
        _cluster.RefuseAfterStart = 3;
        await RunUntilFinal("s1");
        Assert.Equal(SnapshotPhase.Succeeded, _cluster["s1"].Status.Phase);
        Assert.Single(await _home.ListAsync());
    }

    [Fact]
    public async Task What_became_of_it_is_told_on_the_resource_itself()
    {
        _cluster.Add("s1", asked: "web-7");
        await RunUntilFinal("s1");
        Assert.Collection(
            _cluster.EventsOf("s1"),
            started => Assert.True(started is ("Normal", "SnapshotStarted", _)
                && started.Message.EndsWith("took it up, asked as web-7", StringComparison.Ordinal)),
            ended => Assert.Equal(("Normal", "SnapshotSucceeded", $"Archive {_cluster["s1"].Status.Archive!.Name}"), ended));
    }

    [Fact]
    public async Task Events_that_nobody_takes_harm_nothing()
    {
        _cluster.RefuseEvents = true;
        _cluster.Add("s1");
        await RunUntilFinal("s1");
        Assert.Equal(SnapshotPhase.Succeeded, _cluster["s1"].Status.Phase);
        Assert.Empty(_cluster.EventsOf("s1"));
    }

    [Fact]
    public async Task Two_requests_are_carried_out_one_after_the_other()
    {
        _cluster.Add("s1");
        _cluster.Add("s2");
        await RunUntilFinal("s1", "s2");
        Assert.Equal(2, (await _home.ListAsync()).Count);
        Assert.True(_cluster["s1"].Status.FinishedAt <= _cluster["s2"].Status.StartedAt);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _home.Dispose();
    }

    private Task RunUntilFinal(params string[] names) => RunUntilFinalIn(_home.Root, names);

    private async Task RunUntilFinalIn(string home, params string[] names)
    {
        var runner = new ResourceRunner(_cluster, _home.Archives, _home.Request with { Home = home }, TimeProvider.System, _ => { });
        var running = runner.RunAsync(_stop.Token);
        foreach (var name in names)
            await _cluster.FinalAsync(name).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await _stop.CancelAsync();
        await running;
    }
}
