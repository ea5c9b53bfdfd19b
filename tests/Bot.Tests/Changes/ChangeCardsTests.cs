using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class ChangeCardsTests
{
    [Theory]
    [InlineData(null, null, "s:1 as a native sidecar, its home read-only")]
    [InlineData(472L, null, "s:1 as a native sidecar, its home read-only, as user 472")]
    [InlineData(0L, 0L, "s:1 as a native sidecar, its home read-only, as user 0:0")]
    public void The_plan_of_a_sidecar_says_as_whom_it_reads(long? user, long? group, string said)
    {
        var sidecar = new PlannedSidecar
        {
            Image = "s:1",
            Native = true,
            RunAs = user is { } number ? new() { User = number, Group = group } : null,
        };
        var fields = ChangeCards.PlanFields(Made("attach", new() { Sidecar = sidecar }));
        Assert.Equal($"the same, with {said}", fields.Single(f => f.Name == "then").Value);
    }

    [Theory]
    [InlineData("attach", "/snapshot home")]
    [InlineData("deploy", "/rollback home")]
    [InlineData("detach", null)]
    [InlineData("rollback", null)]
    public void One_that_succeeded_offers_what_comes_next(string action, string? button) => Assert.Equal(
        button is null ? [] : [button],
        ChangeCards.Of(Made(action, new(), ChangePhase.Succeeded)).Buttons.Select(b => b.Action));

    private static Change Made(string action, ChangePlan plan, ChangePhase phase = ChangePhase.AwaitingApproval) => new()
    {
        Spec = new() { Target = "home", Action = action, Number = 1, Plan = plan },
        Status = new() { Phase = phase },
    };
}
