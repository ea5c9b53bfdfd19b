using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class RevisionChoiceTests
{
    private static readonly Revision[] Revisions =
        [new(4, "a:2", true, null), new(3, "a:bad", false, null), new(2, "a:old", false, null), new(1, "a:1", false, null)];

    [Fact]
    public void A_version_that_was_rolled_back_is_passed_over() =>
        Assert.Equal("a:old", RevisionChoice.Default(Revisions, [Deploy("a:bad", "a:2", ChangePhase.RolledBack)], withData: false)?.Image);

    [Fact]
    public void Unless_it_worked_later() => Assert.Equal("a:bad", RevisionChoice.Default(
        Revisions, [Deploy("a:bad", "a:1", ChangePhase.Succeeded), Deploy("a:bad", "a:1", ChangePhase.RolledBack)],
        withData: false)?.Image);

    [Fact]
    public void A_request_that_never_ran_says_nothing() => Assert.Equal("a:bad", RevisionChoice.Default(
        Revisions, [Deploy("a:bad", "a:2", ChangePhase.Denied) with { Status = new ChangeStatus { Phase = ChangePhase.Denied } }],
        withData: false)?.Image);

    [Fact]
    public void Data_goes_back_to_the_version_it_belongs_to() =>
        Assert.Equal("a:1", RevisionChoice.Default(Revisions, [Deploy("a:2", "a:1", ChangePhase.Succeeded)], withData: true)?.Image);

    [Fact]
    public void With_nothing_else_there_is_no_choice() => Assert.Null(RevisionChoice.Default([Revisions[0]], [], withData: false));

    private static Change Deploy(string to, string from, ChangePhase phase) => new()
    {
        Spec = new ChangeSpec
        {
            Action = "deploy",
            Plan = new ChangePlan { From = new PlannedVersion { Image = from }, To = new PlannedVersion { Image = to } },
        },
        Status = new ChangeStatus { Phase = phase, StartedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero) },
    };
}
