using ChatOps.Sidecar.Archives;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// The reason this program exists: real writers with Signal's own engine, snapshots meanwhile, every copy whole, no writer disturbed.
/// </summary>
public sealed class LiveSnapshotTests
{
    private const int Snapshots = 50;

    [Fact]
    public async Task Fifty_snapshots_of_a_busy_SQLCipher_database_are_all_whole_and_its_writer_sees_no_error()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var (story, manifests) = await SnapshotsWhileWriting(home, new(Home.Key), Snapshots);
        Assert.Empty(story.Errors);
        Assert.All(manifests, manifest => Assert.Equal(["page-hmac", "quick_check"], manifest.Verification.Checks.TakeLast(2)));
        Assert.All(manifests, manifest => Assert.Equal(42, manifest.Databases.Single().UserVersion));
        await AssertWhole(home, manifests, Home.Key);
    }

    [Fact]
    public async Task Snapshots_of_a_busy_plain_database_are_whole_and_say_that_they_were_walked()
    {
        Home.NeedsNode();
        using var home = new Home();
        var (story, manifests) = await SnapshotsWhileWriting(home, new(), 25);
        Assert.Empty(story.Errors);
        Assert.All(manifests, manifest => Assert.Contains("quick_check", manifest.Verification.Checks));
        await AssertWhole(home, manifests, null);
    }

    [Fact]
    public async Task A_writer_that_truncates_its_WAL_after_every_few_commits_is_no_trouble()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var (story, manifests) = await SnapshotsWhileWriting(home, new(Home.Key, CheckpointEvery: 3), 25);
        Assert.Empty(story.Errors);
        await AssertWhole(home, manifests, Home.Key);
    }

    [Fact]
    public async Task A_writer_that_closes_and_reopens_its_database_is_no_trouble()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var (story, manifests) = await SnapshotsWhileWriting(home, new(Home.Key, ReopenEvery: 20), 25);
        Assert.Empty(story.Errors);
        await AssertWhole(home, manifests, Home.Key);
    }

    [Fact]
    public async Task Without_scratch_the_databases_stream_while_held_and_are_as_whole()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var (story, manifests) = await SnapshotsWhileWriting(home, new(Home.Key), 10, scratch: false);
        Assert.Empty(story.Errors);
        Assert.All(manifests, manifest => Assert.Equal("page-hmac", manifest.Verification.Checks[^1]));
        Assert.All(manifests, manifest => Assert.StartsWith("not checked: there was no room", manifest.Databases.Single().Integrity,
            StringComparison.Ordinal));
        await AssertWhole(home, manifests, Home.Key);
    }

    [Fact]
    public async Task What_is_written_second_is_never_ahead_of_what_is_written_first()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        var second = home.At(".config/Signal/sql/second.sqlite");
        var (story, manifests) = await SnapshotsWhileWriting(home, new(Home.Key, Follow: second), 25);
        Assert.Empty(story.Errors);
        Assert.All(manifests, manifest => Assert.Equal("instant", manifest.Cut));
        await using var checker = new CopyChecker(Home.Key);
        foreach (var manifest in manifests)
        {
            var into = home.Aside(manifest.Name);
            await home.RestoreAsync(manifest.Name, into);
            var a = await checker.CheckAsync(Path.Combine(into, Home.SignalDatabase));
            var b = await checker.CheckAsync(Path.Combine(into, ".config/Signal/sql/second.sqlite"));
            Assert.Empty(a.Problems.Concat(b.Problems));
            Assert.InRange(b.Last, a.Last - 1, a.Last);
        }
    }

    [Fact]
    public async Task A_database_left_by_a_killed_writer_is_whole_without_anybody_opening_it()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        await using (var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), new(Home.Key, CheckpointEvery: 0)))
        {
            await home.SnapshotAsync();
            await writer.KillAsync();
        }
        Assert.True(new FileInfo(home.At(Home.SignalDatabase + "-wal")).Length > 0);
        var manifest = await home.SnapshotAsync();
        Assert.False(manifest.Databases.Single().Live);
        await AssertWhole(home, [manifest], Home.Key);
    }

    private static async Task<(WriterStory, List<Manifest>)> SnapshotsWhileWriting(
        Home home, WriterHabits habits, int count, bool scratch = true)
    {
        List<Manifest> manifests = [];
        await using var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), habits);
        for (var i = 0; i < count; i++)
            manifests.Add(await home.SnapshotAsync(home.Request with { Scratch = scratch ? home.Scratch : null }));
        return (await writer.StopAsync(), manifests);
    }

    private static async Task AssertWhole(Home home, List<Manifest> manifests, string? key)
    {
        await using var checker = new CopyChecker(key);
        long before = 0;
        foreach (var manifest in manifests)
        {
            Assert.Empty(manifest.Verification.Failures);
            var into = home.Aside(manifest.Name);
            await home.RestoreAsync(manifest.Name, into);
            var verdict = await checker.CheckAsync(Path.Combine(into, Home.SignalDatabase));
            Assert.Empty(verdict.Problems);
            Assert.True(verdict.Last >= before, $"{verdict.Last} after {before}");
            before = verdict.Last;
            Directory.Delete(into, recursive: true);
        }
        Assert.True(before > 0);
    }
}
