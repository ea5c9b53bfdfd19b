using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class WayBackTests
{
    [Fact]
    public void An_image_goes_back_and_the_stuck_pod_is_replaced() => Assert.Equal(
        ["back-revert", "back-replace", "back-roll-out"],
        WayBack.Steps(Change([StepNames.Snapshot, StepNames.SetImage, StepNames.Replace, StepNames.RollOut], [])));

    [Fact]
    public void A_restore_that_failed_left_the_data_alone() => Assert.Equal(
        ["back-revert", "back-start", "back-roll-out"],
        WayBack.Steps(Change(
            [StepNames.Stop, StepNames.Restore, StepNames.Revert, StepNames.Start], [(StepNames.Restore, StepState.Failed)])));

    [Fact]
    public void Data_that_moved_is_brought_back_too() => Assert.Equal(
        ["back-stop", "back-restore", "back-revert", "back-start", "back-roll-out"],
        WayBack.Steps(Change(
            [StepNames.Stop, StepNames.Restore, StepNames.Revert, StepNames.Start], [(StepNames.Restore, StepState.Succeeded)])));

    private static Change Change(string[] plan, (string Name, StepState State)[] done) => new()
    {
        Spec = new ChangeSpec { Plan = new ChangePlan { Steps = plan } },
        Status = new ChangeStatus
        {
            Phase = ChangePhase.Running,
            PreChangeSnapshot = "before",
            Steps = [.. done.Select(d => new ChangeStep { Name = d.Name, State = d.State })],
        },
    };
}
