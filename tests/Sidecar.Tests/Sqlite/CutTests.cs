using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Tests.Sqlite;

public sealed class CutTests
{
    [Fact]
    public void Readings_stand_only_when_none_moved_between()
    {
        // B commits right after A was read the first time, as a program that writes A and then B would.
        var reads = 0;
        var cut = Cut.Take([() => Mark(++reads <= 1 ? 1u : 2u), () => Mark(reads <= 1 ? 9u : 10u)])!;
        Assert.True(cut.IsCommon);
        Assert.Equal([2u, 10u], cut.Marks.Select(mark => mark.Index.LastFrame));
    }

    [Fact]
    public void After_a_thousand_tries_the_last_readings_are_used_and_it_says_so()
    {
        uint commits = 0;
        var cut = Cut.Take([() => Mark(++commits), () => Mark(++commits)])!;
        Assert.False(cut.IsCommon);
        Assert.InRange(commits, 2u * Cut.Tries, 4u * Cut.Tries);
    }

    [Fact]
    public void One_database_alone_always_shows_one_instant()
    {
        uint commits = 0;
        Assert.True(Cut.Take([() => Mark(++commits)])!.IsCommon);
    }

    [Fact]
    public void A_header_that_never_becomes_readable_gives_no_cut() => Assert.Null(Cut.Take([() => null]));

    private static CutMark? Mark(uint frame) => new CutMark(new(frame, 1, 4096, 0, 0));
}
