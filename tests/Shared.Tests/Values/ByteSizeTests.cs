using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.0 MB")]
    [InlineData(894_000_000, "894 MB")]
    [InlineData(1_240_000_000, "1.2 GB")]
    public void Sizes_print_as_storage_is_sold(long bytes, string text) => Assert.Equal(text, new ByteSize(bytes).ToString());

    [Fact]
    public void A_secret_never_prints() => Assert.Equal("***", $"{new Secret("hunter2")}");

    [Fact]
    public void A_refusal_asked_for_its_value_throws_itself()
    {
        Outcome<int> refused = new Fault("No", "not today", "try tomorrow");
        Assert.Equal("not today. try tomorrow", Assert.Throws<FaultException>(() => refused.Value).Message);
    }

    [Theory]
    [InlineData("1500000", 1_500_000)]
    [InlineData("1.5 MB", 1_500_000)]
    [InlineData("20mb", 20_000_000)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData(" 1 kib ", 1024)]
    [InlineData("0", 0)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("5 MBs")]
    [InlineData("-5")]
    [InlineData("1e9")]
    [InlineData("1.2.3")]
    [InlineData("99 EB")]
    [InlineData("5 XiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
