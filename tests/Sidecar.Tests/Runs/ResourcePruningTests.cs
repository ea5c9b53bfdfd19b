using ChatOps.Resources;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Tests.Stores;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>What becomes of older snapshots when one with rules was made.</summary>
public sealed class ResourcePruningTests : IDisposable
{
    private static readonly SnapshotSpec LastOne = new() { Retention = new() { KeepLast = 1 } };
    private readonly Home _home = new();
    private readonly FakeSnapshots _cluster = new();

    public ResourcePruningTests() => _home.Write("a", "hello");

    [Fact]
    public async Task Older_ones_go_and_the_status_names_them()
    {
        string[] older = [await TakeAsync(), await TakeAsync()];
        var status = await RunAsync(LastOne);
        Assert.Equal((SnapshotPhase.Succeeded, null),
            (status.Phase, status.Warnings?.FirstOrDefault(w => w.Contains("older", StringComparison.Ordinal))));
        Assert.Equal(older.Order(), status.Pruned!.Order());
        Assert.Equal([status.Archive!.Name], await _home.Archives.NamesAsync());
    }

    [Fact]
    public async Task A_way_back_stays()
    {
        string[] older = [await TakeAsync(), await TakeAsync()];
        var status = await RunAsync(LastOne with { Protect = [older[0], "ghostwire-20200101T000000Z-abcdef"] });
        Assert.Equal([older[1]], status.Pruned!);
        Assert.Contains(older[0], await _home.Archives.NamesAsync());
    }

    [Fact]
    public async Task Without_rules_or_with_empty_ones_nothing_goes()
    {
        await TakeAsync();
        Assert.Null((await RunAsync(new())).Pruned);
        Assert.Null((await RunAsync(new() { Retention = new() { KeepLast = 0 } }, "s2")).Pruned);
        Assert.Equal(3, (await _home.Archives.NamesAsync()).Count);
    }

    [Fact]
    public async Task One_that_was_not_verified_removes_nothing_and_says_so()
    {
        await TakeAsync();
        var status = await RunAsync(LastOne with { Verify = false });
        Assert.Contains("older snapshots were not removed: this one is not verified", status.Warnings!);
        Assert.Equal(2, (await _home.Archives.NamesAsync()).Count);
    }

    [Theory]
    [InlineData("last", "the object is locked")]
    [InlineData("zone", "there is no time zone 'Mars/Olympus'")]
    public async Task What_stands_in_the_way_is_a_warning_and_the_snapshot_succeeds(string way, string warning)
    {
        await TakeAsync();
        var rules = way == "zone" ? LastOne.Retention! with { TimeZone = "Mars/Olympus" } : LastOne.Retention;
        var status = await RunAsync(new() { Retention = rules }, store: new LockedStore(_home.Archives));
        Assert.Equal((SnapshotPhase.Succeeded, null), (status.Phase, status.Pruned));
        Assert.Contains(status.Warnings!, text => text.Contains(warning, StringComparison.Ordinal));
        Assert.Equal(2, (await _home.Archives.NamesAsync()).Count);
    }

    [Fact]
    public async Task What_a_predecessor_had_removed_before_it_died_is_not_forgotten()
    {
        var older = await TakeAsync();
        await _home.SnapshotAsync(_home.Request with { Request = "ns/s1", RequestUid = "uid-s1" });
        var left = new SnapshotStatus().Start("dead", DateTimeOffset.UnixEpoch).Verify().Prune(["ghostwire-20200101T000000Z-abcdef"]);
        var status = await RunAsync(LastOne, status: left);
        Assert.Equal(["ghostwire-20200101T000000Z-abcdef", older], status.Pruned!);
    }

    public void Dispose() => _home.Dispose();

    private async Task<string> TakeAsync() => (await _home.SnapshotAsync()).Name;

    private async Task<SnapshotStatus> RunAsync(SnapshotSpec spec, string name = "s1", SnapshotStatus? status = null,
        IArchiveStore? store = null)
    {
        _cluster.Add(name, status: status, spec: spec);
        using var stop = new CancellationTokenSource();
        var runner = new ResourceRunner(_cluster, store ?? _home.Archives, _home.Request, TimeProvider.System, _ => { });
        var running = runner.RunAsync(stop.Token);
        await _cluster.FinalAsync(name).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running;
        return _cluster[name].Status;
    }
}
