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
}
