using ChatOps.Kubernetes;

namespace ChatOps.Shared.Tests.Kubernetes;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0.05", "50m")]
    [InlineData("1", "1000m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1e3", "1k")]
    [InlineData("12E2", "1200")]
    [InlineData("2E", "2000000000000000000")]
    [InlineData("5.", "5")]
    [InlineData("+.5Ki", "512")]
    [InlineData("100n", "0.1u")]
    public void One_amount_has_many_forms(string one, string other)
    {
        Assert.True(Quantity.AreSame(one, other));
        Assert.False(Quantity.AreSame(one, $"1{other}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-1")]
    [InlineData("1 Gi")]
    [InlineData("1GI")]
    [InlineData("1K")]
    [InlineData("1mi")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("9e18Ki")]
    [InlineData("10E")]
    [InlineData("0x10")]
    [InlineData("1e1111111111111111")]
    [InlineData("11111111111111111111111111111111111111")]
    public void What_no_server_takes_is_none(string text) => Assert.False(Quantity.TryParse(text, out _));
}
