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

    /// <summary>
    /// Changes, newest first, as FROM>TO with a word where there is something to say; the image, and the change whose data it is.
    /// </summary>
    public static TheoryData<string, string, int?> Leavings => new()
    {
        { "2>3 1>2", "a:2", 2 },
        { "2>3 1>2", "a:1", 1 },
        { "2>3 1>2", "a:3", null },
        // What ran twice was left twice: the last time counts.
        { "1>3 2>1 1>2", "a:1", 3 },
        // One that failed had taken its snapshot of the version it was to leave; one that never ran had not.
        { "2>3:RolledBack 1>2", "a:2", 2 },
        { "2>3:Failed 1>2", "a:2", 2 },
        { "2>3:Denied 1>2", "a:2", null },
        // Without a snapshot the change before it counts.
        { "1>3:bare 2>1 1>2", "a:1", 1 },
        { "1>1 1>2", "a:1", 1 },
    };

    [Theory]
    [MemberData(nameof(Leavings))]
    public void The_data_of_a_version_is_what_was_taken_as_it_was_left_last(string past, string image, int? number)
    {
        var steps = past.Split(' ');
        List<Change> changes = [.. steps.Select((step, i) => Left(step.Split(':'), steps.Length - i))];
        var bare = steps.Select((step, i) => (step, Number: steps.Length - i)).Where(s => s.step.EndsWith("bare", StringComparison.Ordinal))
            .Select(s => (long)s.Number).ToHashSet();
        Assert.Equal(number, (int?)RevisionChoice.LastToLeave(changes, image, c => !bare.Contains(c.Spec.Number))?.Spec.Number);
    }

    private static Change Left(string[] parts, int number)
    {
        var phase = parts.Length > 1 && Enum.TryParse<ChangePhase>(parts[1], out var named) ? named : ChangePhase.Succeeded;
        var versions = parts[0].Split('>');
        var change = Deploy($"a:{versions[1]}", $"a:{versions[0]}", phase);
        return change with
        {
            Spec = change.Spec with { Number = number },
            Status = phase == ChangePhase.Denied ? new ChangeStatus { Phase = phase } : change.Status,
        };
    }

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
