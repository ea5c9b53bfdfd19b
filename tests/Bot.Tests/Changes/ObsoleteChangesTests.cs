using ChatOps.Bot.Changes;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class ObsoleteChangesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3, "")]
    [InlineData(4, "")]
    [InlineData(5, "1")]
    [InlineData(7, "1 2 3")]
    public void Those_beyond_the_limit_go_oldest_first(int count, string gone) =>
        Assert.Equal(gone, Obsolete([.. Enumerable.Range(1, count).Select(n => Over(n))]));

    [Fact]
    public void One_that_is_not_over_stays_however_old()
    {
        Change[] all = [Over(1) with { Status = new() }, Over(2) with { Status = new ChangeStatus().Admit() }, Over(3), .. Newer];
        Assert.Equal("3", Obsolete(all));
    }

    [Fact]
    public void One_that_ended_within_a_day_stays()
    {
        Change[] all = [Over(1, hours: 25), Over(2, hours: 23), .. Newer];
        Assert.Equal("1", Obsolete(all));
    }

    [Fact]
    public void The_newest_deploy_that_succeeded_stays()
    {
        Change[] all = [Deployed(1), Deployed(2), Over(3), .. Newer];
        Assert.Equal("1 3", Obsolete(all));
    }

    [Fact]
    public void The_newest_with_an_archive_stay_of_all_and_of_the_deploys_that_succeeded()
    {
        Change[] all = [Deployed(1), Deployed(2), Over(3), Over(4), Deployed(5), .. Newer];
        Assert.Equal("1 3", Obsolete(all, archives: [1, 2, 3, 4]));
    }

    private static IEnumerable<Change> Newer => Enumerable.Range(10, 4).Select(n => Over(n));

    private static string Obsolete(IReadOnlyCollection<Change> all, params long[] archives) => string.Join(' ',
        ObsoleteChanges.Of(all.OrderByDescending(c => c.Spec.Number), 4, c => archives.Contains(c.Spec.Number), Now)
            .Select(c => c.Spec.Number));

    private static Change Deployed(long number) => Over(number, phase: ChangePhase.Succeeded);

    private static Change Over(long number, int hours = 48, ChangePhase phase = ChangePhase.RolledBack) => new()
    {
        Metadata = new ObjectMeta { Name = $"change-{number}" },
        Spec = new ChangeSpec { Number = number, Action = "deploy" },
        Status = new ChangeStatus { Phase = phase, FinishedAt = Now.AddHours(-hours) },
    };
}
