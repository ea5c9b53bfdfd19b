using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Tests.Archives;

public sealed class SnapshotNameTests
{
    [Fact]
    public void A_name_is_read_back_as_it_was_written()
    {
        var name = SnapshotName.New("ghostwire-eu.1", new(2026, 11, 21, 10, 45, 30, TimeSpan.Zero));
        Assert.Matches("^ghostwire-eu.1-20261121T104530Z-[0-9a-f]{6}$", name.ToString());
        Assert.Equal(name, SnapshotName.TryParse(name.ToString()));
    }

    [Theory]
    [InlineData("ghostwire")]
    [InlineData("../x-20261121T104530Z-abcdef")]
    [InlineData("x-20261121T994530Z-abcdef")]
    [InlineData("x-20261121T104530Z-abcdef.tar.zst")]
    public void What_is_no_name_is_not_read(string text) => Assert.Null(SnapshotName.TryParse(text));
}

public sealed class PathGlobsTests
{
    [Theory]
    [InlineData(".config/Signal/Cache", true)]
    [InlineData(".config/Signal/Code Cache", true)]
    [InlineData(".config/Signal/sql", false)]
    [InlineData("Cache", false)]
    [InlineData("SingletonLock", true)]
    [InlineData(".config/Signal/SingletonCookie", true)]
    [InlineData(".before-restore-20261121T104530Z", true)]
    [InlineData("Documents/.before-restore-x", false)]
    public void The_defaults_leave_out_what_is_made_again_and_nothing_of_a_person(string path, bool expected) =>
        Assert.Equal(expected, new PathGlobs(PathGlobs.LeftOutByDefault).Match(path));

    [Theory]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/*/z", "a/b/c/z", false)]
    [InlineData("*.tmp", "x.tmp", true)]
    [InlineData("*.tmp", "d/x.tmp", false)]
    public void A_star_stays_within_a_name_and_two_span_directories(string glob, string path, bool expected) =>
        Assert.Equal(expected, new PathGlobs([glob]).Match(path));
}

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("a/b/", "a/b")]
    [InlineData("./", ".")]
    [InlineData("...", "...")]
    public void A_plain_relative_path_is_taken(string name, string expected) => Assert.Equal(expected, EntryPath.Check(name).Value);

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    public void Anything_else_is_refused(string name) => Assert.Equal("UnsafePath", EntryPath.Check(name).Fault!.Kind);
}

public sealed class UnixTimeTests
{
    [Theory]
    [InlineData("1732184730.000000123")]
    [InlineData("0")]
    [InlineData("-1.500000000")]
    [InlineData("12")]
    public void A_time_is_written_as_it_was_read(string text) => Assert.Equal(text, UnixTime.Parse(text).ToString());

    [Fact]
    public void A_short_fraction_counts_from_the_left() => Assert.Equal(new UnixTime(1, 500_000_000), UnixTime.Parse("1.5"));
}
