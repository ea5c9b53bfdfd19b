using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>
/// A long time with many targets, all of it simulated: nothing is lost, nothing is told twice, nothing is left open, and the memory
/// does not grow. Half a day with a few by itself, in which everything fails once; a week with a thousand in <c>make prove</c>.
/// </summary>
[Collection(nameof(Alone))]
[Trait("prove", "sunday")]
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly int Targets = Proof.Size(60, 1000), Hours = Proof.Size(12, 7 * 24);
    private static readonly int Changes = 800 * Targets / 1000 * Hours / 24, Asked = 1300 * Targets / 1000 * Hours / 24;

    /// <summary>
    /// What a byte of an object's JSON takes in memory: a tree of nodes in the store, and again in each copy of it. After 4, 48 and 168
    /// hours it is about 11 (101, 168 and 202 MiB for 6, 10 and 14), over some 45 MiB that do not grow; the rest is room.
    /// </summary>
    private const int HeapOfText = 14;

    /// <summary>What is filled once and stays is the more of it all the shorter the time, in bytes.</summary>
    private static readonly int Once = Proof.Size(2 << 20, 0);

    [Fact]
    public async Task Nothing_is_lost_told_twice_or_left_behind()
    {
        await using var world = await SoakWorld.StartAsync(Targets, Seeds.New());
        var (span, started) = (TimeSpan.FromHours(Hours), TimeProvider.System.GetTimestamp());
        void Log(string line) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s, {line}");
        var soak = new Soak(world, new SoakLoad(span, Asked, Changes), Seeds.New(1), Log);
        soak.Schedule();
        await world.StartBotAsync();
        await FollowedAsync(world);

        // Two sevenths: after the second day of the week.
        await soak.RunAsync(span * 2 / 7);
        var early = await world.WeighAsync();
        await soak.RunAsync(span);
        var ended = world.Now;
        await soak.EndAsync();
        await FollowedAsync(world);
        await Eventually.TrueAsync(
            "no connection is open but those of the watches", () => world.Sockets <= world.OpenWatches, 180,
            () => $"; {world.Sockets} are, for {world.OpenWatches} watches");
        var late = await world.WeighAsync();
        var kept = (await world.Client.ListAsync(ChatOpsKinds.Snapshots, null, Selection.All, CancellationToken.None)).Items.Count;
        Log($"{Hours} h: {soak.Snapshots} snapshots ({kept} kept), {soak.Changes} changes ({soak.RolledBack} rolled back), "
            + $"{soak.Missed} missed; "
            + $"heap {early.Heap >> 20} → {late.Heap >> 20} MiB for {early.Kept >> 10} → {late.Kept >> 10} KiB kept; "
            + $"{world.OpenWatches} watches, {world.Sockets} sockets at the end");

        Assert.Empty(soak.Faults.Take(20));
        // Three by the rules, what failed, what a change goes back to, and what came since the rules were last followed.
        Assert.True(kept < 12 * world.Crowd.WithHomes.Count(), $"{kept} snapshots are kept, whatever the rules say");
        Assert.Empty(soak.NotAccountedFor(ended).Take(20));
        Assert.True(soak.Snapshots >= 20_000L * Targets / 1000 * Hours / 168, $"{soak.Snapshots} snapshots");
        // Some are denied, some targets are busy; of few, chance may take more.
        Assert.True(soak.Changes >= Changes * Proof.Size(75, 89) / 100, $"{soak.Changes} changes");
        // A tenth asks for a version that does not come up; others meet an API server that is away for longer than they may take.
        Assert.InRange(soak.RolledBack, soak.Changes / 20, soak.Changes / 3);
        var explained = Math.Max(0, late.Kept - early.Kept) * HeapOfText;
        Assert.True(late.Heap < (early.Heap * 1.05) + explained + Once, $"the heap went from {early} to {late} bytes");
    }

    /// <summary>One that the server has just ended, as it does every half hour, is about to be opened again.</summary>
    private static Task FollowedAsync(SoakWorld world) => world.UntilAsync(
        "the bot watches what it follows, and nothing else",
        () => Task.FromResult(world.Client.Watches.ToHashSet().SetEquals(world.Followed)),
        () => $"; missing: {string.Join(", ", world.Followed.Except(world.Client.Watches))}; "
            + $"besides: {string.Join(", ", world.Client.Watches.Except(world.Followed))}");
}
