using System.Text.Json.Nodes;
using ChatOps.Bot.Changes.Sidecars;

namespace ChatOps.Bot.Tests.Changes;

public sealed class SidecarComparisonTests
{
    [Theory]
    [InlineData("{}", "{}", true)]
    [InlineData("""{"a":1,"added":2}""", """{"a":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("{}", """{"a":1}""", false)]
    [InlineData("""{"a":{}}""", """{"a":1}""", false)]
    [InlineData("""{"cpu":"1"}""", """{"cpu":"1000m"}""", true)]
    [InlineData("""{"cpu":"1"}""", """{"cpu":"1001m"}""", false)]
    [InlineData("""{"drop":["ALL"]}""", """{"drop":["ALL"]}""", true)]
    [InlineData("""{"add":["A","B"]}""", """{"add":["A"]}""", false)]
    [InlineData("""{"c":[{"name":"app"},{"name":"s","x":1}]}""", """{"c":[{"name":"s","x":1}]}""", true)]
    [InlineData("""{"c":[{"name":"app"}]}""", """{"c":[{"name":"s"}]}""", false)]
    [InlineData(
        """{"m":[{"name":"v","mountPath":"/b"},{"name":"v","mountPath":"/a","subPath":"p"}]}""",
        """{"m":[{"name":"v","mountPath":"/a","subPath":"p"}]}""", true)]
    [InlineData("""{"m":[{"name":"v","mountPath":"/a"}]}""", """{"m":[{"name":"v","mountPath":"/a","subPath":"p"}]}""", false)]
    [InlineData("""{"e":[{"secretRef":{"name":"a"}}]}""", """{"e":[{"secretRef":{"name":"b"}}]}""", false)]
    public void What_the_server_adds_or_writes_otherwise_is_no_difference(string live, string wanted, bool holds) =>
        Assert.Equal(holds, SidecarComparison.Holds(JsonNode.Parse(live), JsonNode.Parse(wanted)));
}
