using ChatOps.Resources;
using ChatOps.Sidecar.Health;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Tests.Runs;
using ChatOps.Testing.Metrics;

namespace ChatOps.Sidecar.Tests.Health;

public sealed class RunMetricsTests : IDisposable
{
    private readonly string _target = $"t{Guid.NewGuid():N}";
    private readonly Home _home = new();
    private readonly FakeSnapshots _cluster = new();
    private readonly List<string> _log = [];

    [Fact]
    public async Task Before_anything_has_run_every_count_is_there_at_zero_and_the_age_is_endless()
    {
        var page = await PageAsync();
        foreach (var end in (string[])["succeeded", "check_failed", "failed"])
            Assert.Equal(0, page[$$"""chatops_sidecar_snapshots_total{end="{{end}}",target="{{_target}}"}"""]);
        Assert.Equal(double.PositiveInfinity, page[$$"""chatops_sidecar_last_good_age_seconds{target="{{_target}}"}"""]);
    }

    [Fact]
    public async Task A_snapshot_that_succeeded_shows_its_bytes_its_age_and_what_it_did_to_the_store()
    {
        _home.Write("a", new string('x', 10_000));
        _cluster.Add("s1", _target);
        var page = await PageAsync("s1");
        Assert.Null(_cluster["s1"].Status.Error);
        Assert.Equal(1, page[$$"""chatops_sidecar_snapshots_total{end="succeeded",target="{{_target}}"}"""]);
        Assert.Equal(10_000, page[Of("chatops_sidecar_snapshot_read_bytes_total")]);
        var manifest = (await _home.ListAsync()).Single();
        Assert.Equal(manifest.BytesOut, page[Of("chatops_sidecar_snapshot_stored_bytes_total")]);
        Assert.Equal((1, 1),
            (page[Of("chatops_sidecar_snapshot_duration_seconds_count")], page[Of("chatops_sidecar_snapshot_held_seconds_count")]));
        Assert.InRange(page[Of("chatops_sidecar_last_good_age_seconds")], 0, 60);
        Assert.Equal(1, page[Of("chatops_sidecar_ready")]);
        Assert.True(page[
            $$"""chatops_store_io_bytes_total{chatops_store_kind="{{_target}}",network_io_direction="transmit"}"""] >= manifest.BytesOut);
        Assert.Equal(1, page[
            $$"""chatops_store_operation_duration_seconds_count{chatops_store_kind="{{_target}}",chatops_store_operation="commit"}"""]);
    }

    [Fact]
    public async Task A_snapshot_that_failed_is_counted_and_makes_nothing_young()
    {
        _cluster.Add("s1", _target);
        var page = await PageInAsync(_home.Aside("missing"), "s1");
        Assert.Equal(1, page[$$"""chatops_sidecar_snapshots_total{end="failed",target="{{_target}}"}"""]);
        Assert.Equal(double.PositiveInfinity, page[Of("chatops_sidecar_last_good_age_seconds")]);
    }

    [Fact]
    public async Task The_process_says_its_version_since_when_it_runs_and_what_it_costs()
    {
        var page = await PageAsync();
        var version = typeof(RunMetrics).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(1, page[$$"""chatops_build_info{version="{{version}}"}"""]);
        Assert.InRange(page["process_resident_memory_bytes"], 1 << 20, 1L << 36);
        Assert.InRange(page["process_start_time_seconds"], 1e9, DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        Assert.True(page["process_cpu_seconds_total"] > 0);
        Assert.True(page["process_open_fds"] >= 3);
    }

    [Fact]
    public async Task The_log_names_a_snapshot_with_its_uid_and_where_it_was_asked_for()
    {
        _cluster.Add("s1", _target, asked: "telegram:7\nforged");
        await PageAsync("s1");
        Assert.Equal("s1 (uid-s1, asked as telegram:7forged): started", _log[0]);
        Assert.StartsWith("s1 (uid-s1, asked as telegram:7forged): ", _log[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_stands_in_the_table_for_people_as_it_is_served()
    {
        var page = await PageAsync();
        Assert.Equal(MetricsTable.Read("The sidecar"), MetricsTable.Of(page));
    }

    public void Dispose() => _home.Dispose();

    private string Of(string metric) => $$"""{{metric}}{target="{{_target}}"}""";

    private Task<Exposition> PageAsync(params string[] names) => PageInAsync(_home.Root, names);

    /// <summary>What is served once these snapshots have ended.</summary>
    private async Task<Exposition> PageInAsync(string home, params string[] names)
    {
        using var stop = new CancellationTokenSource();
        var store = new MeteredStore(_home.Archives, _target, TimeProvider.System);
        var runner = new ResourceRunner(
            _cluster, store, _home.Request with { Home = home, Target = _target }, TimeProvider.System, _log.Add);
        using var metrics = new RunMetrics(runner, TimeProvider.System);
        var running = runner.RunAsync(stop.Token);
        foreach (var name in names)
            await _cluster.FinalAsync(name).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        // The end is known to the cluster a moment before the watch has brought it back.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (names.Length > 0 && runner.LastGood is null && _cluster[names[^1]].Status.Phase == SnapshotPhase.Succeeded)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        var page = Exposition.Parse(metrics.Text());
        await stop.CancelAsync();
        await running;
        return page;
    }
}
