using System.Text.Json;
using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class PruneRunTests
{
    private const string Orphan = "ghostwire-20261110T030000Z-0000aa";
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly MemoryStore _store = new();

    [Fact]
    public async Task What_the_rules_do_not_keep_goes_and_a_second_run_removes_nothing()
    {
        await PutAsync(_store, 20, 19, 18, 17);
        var outcome = await PruneAsync(_store, new RetentionRules { KeepDaily = 2 });
        Assert.Equal([Name(17), Name(18)], outcome.Removed);
        Assert.Equal([Name(20), Name(19)], await _store.NamesAsync());
        Assert.Equal(4, _store.Keys.Count);
        Assert.Empty((await PruneAsync(_store, new RetentionRules { KeepDaily = 2 })).Removed);
    }

    [Fact]
    public async Task Another_targets_snapshots_and_orphans_are_never_touched()
    {
        await PutAsync(_store, 20, 19);
        await PutAsync(_store, Name(18, "other"), m => m with { Target = "other" });
        // The manifest of another target under a name of ours, and the reverse.
        await PutAsync(_store, Name(17), m => m with { Target = "other" });
        await PutAsync(_store, Name(16, "other"), m => m);
        _store.AddOrphan("other-20261101T030000Z-0000aa");
        _store.Age = TimeSpan.FromDays(30);
        var outcome = await PruneAsync(_store, new RetentionRules { KeepLast = 1 });
        Assert.Equal([Name(19)], outcome.Removed);
        Assert.Empty(outcome.OrphansRemoved);
        Assert.Equal([Name(20), Name(18, "other"), Name(17), Name(16, "other")], await _store.NamesAsync());
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(25, true)]
    public async Task An_orphan_goes_when_it_is_older_than_a_day(int hours, bool gone)
    {
        await PutAsync(_store, 20);
        _store.AddOrphan(Orphan);
        _store.Age = TimeProvider.System.GetUtcNow() - Now + TimeSpan.FromHours(hours);
        Assert.Equal(gone ? [Orphan] : [], (await PruneAsync(_store, new RetentionRules())).OrphansRemoved);
        Assert.Equal(!gone, _store.Keys.Any(key => key.StartsWith(Orphan, StringComparison.Ordinal)));
        Assert.Equal([Name(20)], await _store.NamesAsync());
    }

    [Fact]
    public async Task An_orphan_whose_snapshot_began_less_than_a_day_ago_stays_however_old_the_store_says_it_is()
    {
        _store.AddOrphan("ghostwire-20261120T233000Z-0000aa");
        _store.Age = TimeSpan.FromDays(3650);
        Assert.Empty((await PruneAsync(_store, new RetentionRules())).OrphansRemoved);
    }

    [Fact]
    public async Task An_interruption_between_manifest_and_archive_leaves_an_orphan_that_goes_next_time()
    {
        await PutAsync(_store, 20, 19, 10);
        var breaking = new FailingRemoval(_store, name => name == Name(10) ? new IOException("power cut") : null) { AfterManifest = true };
        await Assert.ThrowsAsync<FaultException>(() => PruneAsync(breaking, new RetentionRules { KeepLast = 1 }));
        Assert.Equal([Name(20), Name(19)], await _store.NamesAsync());
        Assert.Equal(5, _store.Keys.Count);
        _store.Age = TimeSpan.FromDays(3650);
        var outcome = await PruneAsync(_store, new RetentionRules { KeepLast = 1 });
        Assert.Equal([Name(19)], outcome.Removed);
        Assert.Equal([Name(10)], outcome.OrphansRemoved);
        Assert.Equal(2, _store.Keys.Count);
    }

    [Fact]
    public async Task What_is_locked_is_named_and_the_others_go()
    {
        await PutAsync(_store, 20, 19, 18, 17);
        var locked = new FailingRemoval(_store, name => name == Name(18)
            ? new FaultException(new Fault("StoreAccessDenied", "the object is locked")) : null);
        var outcome = await PruneAsync(locked, new RetentionRules { KeepLast = 1 });
        Assert.Equal([Name(17), Name(19)], outcome.Removed);
        Assert.Equal(Name(18), Assert.Single(outcome.Stayed).Name);
        Assert.Contains("the object is locked", outcome.Stayed[0].Why.Message, StringComparison.Ordinal);
        Assert.Equal([Name(20), Name(18)], await _store.NamesAsync());
    }

    [Fact]
    public async Task A_store_that_goes_away_ends_it_and_what_went_before_is_told()
    {
        await PutAsync(_store, 20, 19, 18, 17);
        List<string> asked = [];
        var away = new FailingRemoval(_store, name =>
        {
            asked.Add(name);
            return name == Name(17) ? null : new FaultException(new Fault("StoreUnreachable", "it cannot be reached"));
        });
        var outcome = await PruneAsync(away, new RetentionRules { KeepLast = 1 });
        Assert.Equal([Name(17)], outcome.Removed);
        Assert.Equal("StoreUnreachable", Assert.Single(outcome.Stayed).Why.Kind);
        Assert.Equal([Name(17), Name(18)], asked);
        Assert.Equal("StoreUnreachable", await Faults.KindAsync(() => PruneAsync(away, new RetentionRules { KeepLast = 1 })));
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_is_named_and_left_alone()
    {
        await PutAsync(_store, 20, 19);
        await PutAsync(_store, Name(11), m => m with { Name = Name(20) });
        var outcome = await PruneAsync(_store, new RetentionRules { KeepLast = 1 });
        Assert.Equal((Name(11), "its manifest cannot be read"), Assert.Single(outcome.Plan.LeftAlone));
        Assert.Equal([Name(19)], outcome.Removed);
        Assert.Equal(4, _store.Keys.Count);
    }

    [Fact]
    public async Task The_newest_good_one_and_a_protected_one_stay()
    {
        await PutAsync(_store, Name(20), m => m with { Verification = new([], ["db: failed"]) });
        await PutAsync(_store, 19, 18, 17);
        var outcome = await PruneAsync(_store, new RetentionRules { KeepLast = 1 }, Name(17));
        Assert.Equal([Name(18)], outcome.Removed);
    }

    [Fact]
    public async Task What_is_older_than_a_replaced_database_goes_only_when_the_new_one_is_accepted()
    {
        Manifest With(Manifest m, string mark) =>
            m with { Databases = [new("db", "wal", true, true, null, null, 0, 0, mark, null, "ok", [])] };
        foreach (var (day, mark) in new[] { (20, "bb"), (19, "bb"), (18, "aa"), (17, "aa") })
            await PutAsync(_store, Name(day), m => With(m, mark));
        var held = await PruneAsync(_store, new RetentionRules { KeepLast = 1 });
        Assert.Empty(held.Removed);
        Assert.Equal("bb", held.Plan.Retention.Replacement!.Databases.Single().Fingerprint);
        var accepted = await PruneAsync(_store, new RetentionRules { KeepLast = 1, AcceptedFingerprint = "bb" });
        Assert.Equal([Name(17), Name(18), Name(19)], accepted.Removed);
    }

    [Fact]
    public async Task The_command_shows_why_each_stays_and_a_dry_run_touches_nothing()
    {
        using var home = new Home();
        await PutAsync(home.Archives, 20, 19, 18);
        string[] before = Files(home);
        var (code, output, _) = await Cli.RunAsync(home, "prune", "--dry-run", "--keep-last", "1", "--protect", Name(18));
        Assert.Equal(0, code);
        Assert.Equal(
            [$"keep    {Name(20)}", $"remove  {Name(19)}", $"keep    {Name(18)}",
                "1 snapshot would be removed, 2 snapshots kept; nothing was changed"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.StartsWith("1 ", StringComparison.Ordinal) ? line : line[..41]));
        Assert.Contains("last 1, newest, newest verified", output, StringComparison.Ordinal);
        Assert.Equal(before, Files(home));
    }

    [Fact]
    public async Task The_command_removes_and_tells_programs_one_line_each()
    {
        using var home = new Home();
        await PutAsync(home.Archives, 20, 19, 18);
        await File.WriteAllTextAsync(Path.Combine(home.Store, Orphan + ".tar.zst"), "", Token);
        File.SetLastWriteTimeUtc(Path.Combine(home.Store, Orphan + ".tar.zst"), Now.UtcDateTime.AddDays(-9));
        var (code, output, _) = await Cli.RunAsync(home, "prune", "--json", "--keep-last", "1");
        Assert.Equal(0, code);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["keep", "remove", "remove", "orphan"], lines[..^1].Select(line => line.GetProperty("verdict").GetString()));
        Assert.Equal([Name(18), Name(19)], lines[^1].GetProperty("removed").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([$"{Name(20)}.json", $"{Name(20)}.tar.zst"], Files(home));
    }

    [Theory]
    [InlineData(2, "--keep-last", "-1")]
    [InlineData(2, "--keep-last", "many")]
    [InlineData(2, "--keep-within", "soon")]
    [InlineData(2, "--keep-daily", "1", "--time-zone", "Mars/Olympus")]
    [InlineData(4, "--keep-last", "1", "--protect", "ghostwire-20261118T030000Z-ffffff")]
    [InlineData(4, "--target", "../other")]
    public async Task What_cannot_be_meant_is_refused_and_removes_nothing(int expected, params string[] arguments)
    {
        using var home = new Home();
        await PutAsync(home.Archives, 20, 19);
        Assert.Equal(expected, (await Cli.RunAsync(home, ["prune", .. arguments])).Code);
        Assert.Equal(4, Files(home).Length);
    }

    private static string Name(int day, string target = "ghostwire") => $"{target}-202611{day}T030000Z-abcdef";

    private static string[] Files(Home home) => [.. Directory.GetFiles(home.Store).Select(path => Path.GetFileName(path))
        .Order(StringComparer.Ordinal)];

    private static async Task PutAsync(IArchiveStore store, params int[] days)
    {
        foreach (var day in days)
            await PutAsync(store, Name(day), m => m);
    }

    private static async Task PutAsync(IArchiveStore store, string name, Func<Manifest, Manifest> change)
    {
        var manifest = change(Samples.Manifest(name, 0) with { CutAt = SnapshotName.TryParse(name)!.Time });
        await using var draft = await store.BeginAsync(name, Token);
        draft.Body.Write("body"u8);
        await draft.CommitAsync(output => ManifestFile.Write(output, manifest, new MemoryStream()));
    }

    private static async Task<PruneOutcome> PruneAsync(IArchiveStore store, RetentionRules rules, params string[] protect)
    {
        var run = new PruneRun(store, new At(Now));
        var plan = await run.PlanAsync(new("ghostwire", rules, protect.ToDictionary(name => name, _ => "protected")), Token);
        return await run.RemoveAsync(plan, Token);
    }

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>Will not remove what it is told not to; or breaks when the manifest is gone and the archive is not.</summary>
    private sealed class FailingRemoval(MemoryStore below, Func<string, Exception?> failure) : PassingStore(below)
    {
        public bool AfterManifest { get; init; }

        public override Task RemoveAsync(string name, CancellationToken cancellation)
        {
            if (failure(name) is not { } broken)
                return base.RemoveAsync(name, cancellation);
            if (AfterManifest)
                below.Forget(name + ".json");
            throw broken;
        }
    }
}
