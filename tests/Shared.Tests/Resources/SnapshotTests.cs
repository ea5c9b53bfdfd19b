using System.Text.Json;
using ChatOps.Resources;

namespace ChatOps.Shared.Tests.Resources;

public sealed class SnapshotTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_fresh_one_has_no_status_yet_and_is_pending()
    {
        var snapshot = JsonSerializer.Deserialize(
            """{"kind":"Snapshot","metadata":{"name":"s1","labels":{"a":"b"}},"spec":{"target":"ghostwire","verify":true}}""",
            ResourceJson.Default.Snapshot)!;
        Assert.Equal(SnapshotPhase.Pending, snapshot.Status.Phase);
        Assert.Equal("tar", snapshot.Spec.Driver);
        Assert.Equal("ghostwire", snapshot.Spec.Target);
    }

    [Fact]
    public void It_goes_from_pending_to_running_to_verifying_to_succeeded()
    {
        var status = new SnapshotStatus().Start("me", Now).Report(new SnapshotProgress { BytesDone = 5 }).Verify();
        var done = status.Succeed(Result(), Now.AddSeconds(3));
        Assert.Equal((SnapshotPhase.Succeeded, "a.tar.zst", null), (done.Phase, done.Archive!.Name, done.Progress));
        Assert.True(done.IsFinal);
    }

    [Fact]
    public void It_can_fail_from_anywhere_but_only_once()
    {
        var fault = new ResourceFault("StoreFull", "no room");
        Assert.Equal(fault, new SnapshotStatus().Fail(fault, Now).Error);
        var failed = new SnapshotStatus().Start("me", Now).Fail(fault, Now);
        Assert.Throws<IllegalMoveException>(() => failed.Fail(fault, Now));
        Assert.Throws<IllegalMoveException>(() => failed.Start("you", Now));
    }

    [Fact]
    public void Nothing_can_be_reported_of_what_does_not_run() =>
        Assert.Throws<IllegalMoveException>(() => new SnapshotStatus().Report(new SnapshotProgress()));

    [Fact]
    public void What_was_removed_after_it_is_said_before_its_end_and_once_for_each()
    {
        var status = new SnapshotStatus().Start("me", Now).Verify().Prune(["a", "b"]).Prune(["b", "c"]);
        Assert.Equal(["a", "b", "c"], status.Succeed(Result(), Now).Pruned!);
        Assert.Throws<IllegalMoveException>(() => status.Succeed(Result(), Now).Prune(["d"]));
        Assert.Throws<IllegalMoveException>(() => new SnapshotStatus().Prune(["a"]));
    }

    [Theory]
    [InlineData(null, null, "True", "Succeeded", false)]
    [InlineData("2 of the home could not be read: a, b", null, "False", "Incomplete", true)]
    [InlineData(null, "db: torn", "False", "CheckFailed", false)]
    [InlineData("1 of the home could not be read: a", "db: torn", "False", "CheckFailed", false)]
    public void One_that_missed_something_is_not_ready(string? missed, string? failed, string ready, string reason, bool incomplete)
    {
        var result = Result() with { Missed = missed, FailedChecks = failed is null ? [] : [failed] };
        var status = new SnapshotStatus().Start("me", Now).Succeed(result, Now);
        var condition = Assert.Single(status.Conditions!);
        Assert.Equal((ready, reason, incomplete), (condition.Status, condition.Reason, status.IsIncomplete));
        Assert.Equal(new[] { failed, missed }.OfType<string>(), status.FailedChecks ?? []);
    }

    private static SnapshotResult Result() =>
        new(Now, new SnapshotArchive { Name = "a.tar.zst" }, [], 1, 2, 3, ["file hashes"], [], []);
}
