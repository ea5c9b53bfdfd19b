using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class ChangeNumbersTests
{
    [Fact]
    public void The_next_is_after_the_highest_there_is() => Assert.Equal(8, ChangeNumbers.Next([Numbered(3), Numbered(7)], []));

    [Fact]
    public void The_first_is_1() => Assert.Equal(1, ChangeNumbers.Next([], ["shop-20261121T030000Z-1a2b3c", "before-the-move"]));

    [Fact]
    public void A_deleted_change_whose_snapshot_is_there_keeps_its_number()
    {
        string[] snapshots = [ChangeNumbers.SnapshotBefore("shop", 9), "shop-before-99999999999999999999999"];
        Assert.Equal(10, ChangeNumbers.Next([Numbered(3)], snapshots));
    }

    private static Change Numbered(long number) => new() { Spec = new() { Number = number } };
}
