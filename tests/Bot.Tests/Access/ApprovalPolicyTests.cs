using ChatOps.Bot.Access;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Access;

public sealed class ApprovalPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly Person Ann = new("ann", new Dictionary<string, string>(), ["operator"]);
    private static readonly Person Bob = new("bob", new Dictionary<string, string>(), ["approver"]);

    [Fact]
    public void The_right_person_in_time_counts() => Assert.Null(ApprovalPolicy.Refusal(Waiting(), Bob, denying: false, Now));

    [Fact]
    public void Somebody_without_the_role_does_not_count() =>
        Assert.Equal("WrongPerson", ApprovalPolicy.Refusal(Waiting("somebody"), Ann, denying: false, Now)?.Kind);

    [Fact]
    public void Nobody_approves_their_own_request() =>
        Assert.Equal("OwnRequest", ApprovalPolicy.Refusal(Waiting("bob"), Bob, denying: false, Now)?.Kind);

    [Fact]
    public void Unless_the_rule_allows_it() => Assert.Null(ApprovalPolicy.Refusal(Waiting("bob", self: true), Bob, denying: false, Now));

    [Fact]
    public void Whoever_asked_may_take_it_back() => Assert.Null(ApprovalPolicy.Refusal(Waiting("ann"), Ann, denying: true, Now));

    [Fact]
    public void At_its_expiry_it_is_too_late() =>
        Assert.Equal("Expired", ApprovalPolicy.Refusal(Waiting(), Bob, denying: false, Now.AddMinutes(10))?.Kind);

    [Fact]
    public void Nobody_counts_twice()
    {
        var once = Waiting();
        once = once with { Status = once.Status with { Approvals = [new Approval { Person = "bob", Decision = "approved" }] } };
        Assert.Equal("Twice", ApprovalPolicy.Refusal(once, Bob, denying: false, Now)?.Kind);
    }

    [Theory]
    [InlineData(ChangePhase.Approved)]
    [InlineData(ChangePhase.Running)]
    [InlineData(ChangePhase.Succeeded)]
    [InlineData(ChangePhase.Denied)]
    [InlineData(ChangePhase.Expired)]
    [InlineData(ChangePhase.Superseded)]
    public void What_no_longer_waits_cannot_be_decided(ChangePhase phase)
    {
        var change = Waiting() with { Status = new ChangeStatus { Phase = phase } };
        Assert.Equal("NotWaiting", ApprovalPolicy.Refusal(change, Bob, denying: false, Now)?.Kind);
    }

    private static Change Waiting(string by = "ann", bool self = false) => new()
    {
        Spec = new ChangeSpec
        {
            Number = 7,
            RequestedBy = new Requester { Person = by },
            Approvals = new ApprovalRule { Required = 1, Role = "approver", SelfApproval = self, ExpiresAt = Now.AddMinutes(10) },
        },
    };
}
