using ChatOps.Resources;

namespace ChatOps.Shared.Tests.Resources;

public sealed class ChangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_approved_with_the_last_word_needed()
    {
        var first = new ChangeStatus().Approve(new Approval { Person = "bob" }, required: 2);
        Assert.Equal(ChangePhase.AwaitingApproval, first.Phase);
        Assert.Equal(ChangePhase.Approved, first.Approve(new Approval { Person = "cat" }, required: 2).Phase);
    }

    [Fact]
    public void Only_what_waits_can_be_decided()
    {
        var denied = new ChangeStatus().Deny(new Approval { Person = "bob" }, Now);
        Assert.Throws<IllegalMoveException>(() => denied.Approve(new Approval(), 1));
        Assert.Throws<IllegalMoveException>(() => denied.Start(Now));
        Assert.Throws<IllegalMoveException>(() => new ChangeStatus().Start(Now));
    }

    [Fact]
    public void Turning_back_is_decided_once()
    {
        var why = new ResourceFault("ImagePullBackOff", "no such image");
        var back = new ChangeStatus().Admit().Start(Now).TurnBack(why, Now);
        Assert.Equal((Now, why), (back.RollingBackSince, back.Error));
        Assert.Equal(back, back.TurnBack(new ResourceFault("Other", "later"), Now.AddMinutes(1)));
        Assert.Equal(ChangePhase.RolledBack, back.RollBack(Now).Phase);
    }

    [Fact]
    public void The_time_away_adds_up()
    {
        var status = new ChangeStatus().GoAway(Now).GoAway(Now.AddSeconds(5)).ComeBack(Now.AddSeconds(10)).ComeBack(Now.AddSeconds(20));
        status = status.GoAway(Now.AddSeconds(30)).ComeBack(Now.AddSeconds(31));
        Assert.Equal(11, status.DowntimeSeconds);
    }

    [Fact]
    public void What_an_autoscaler_moves_is_no_part_of_a_digest_unless_the_plan_stops_its_pods()
    {
        var plan = new ChangePlan { Generation = 3, Replicas = 2, Steps = ["set-image"] }.Sealed();
        Assert.Equal(plan.Digest, (plan with { Generation = 4, Replicas = 5 }).Sealed().Digest);
        var stops = (plan with { Steps = ["stop", "start"] }).Sealed();
        Assert.NotEqual(stops.Digest, (stops with { Replicas = 5 }).Sealed().Digest);
    }

    [Fact]
    public void A_digest_stands_for_what_would_be_done_and_not_for_the_moment()
    {
        var plan = new ChangePlan
        {
            Strategy = "rolling",
            From = new PlannedVersion { Image = "a:1" },
            To = new PlannedVersion { Image = "a:2" }
        }.Sealed();
        Assert.Equal(
            plan.Digest,
            (plan with { ExpectedDowntimeSeconds = 40, Gates = [new GateVerdict { Name = "backup" }] }).Sealed().Digest);
        Assert.NotEqual(plan.Digest, (plan with { To = new PlannedVersion { Image = "a:3" } }).Sealed().Digest);
        Assert.NotEqual(plan.Digest, (plan with { WorkloadDigest = "sha256:1" }).Sealed().Digest);
        Assert.NotEqual(plan.Digest, (plan with { From = new PlannedVersion { Image = "a:1", ImageId = "a@sha256:0" } }).Sealed().Digest);
    }
}
