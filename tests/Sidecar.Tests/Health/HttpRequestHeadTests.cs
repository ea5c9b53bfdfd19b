using System.Text;
using ChatOps.Sidecar.Health;

namespace ChatOps.Sidecar.Tests.Health;

public sealed class HttpRequestHeadTests
{
    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "/metrics")]
    [InlineData("GET /metrics?a=b HTTP/1.0\r\n\r\n", "/metrics")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "/")]
    public void A_plain_get_names_its_path(string text, string path) => Assert.Equal((path, null), Parse(text));

    [Theory]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", 405)]
    [InlineData("HEAD /metrics HTTP/1.1\r\n\r\n", 405)]
    [InlineData("", 400)]
    [InlineData("GET /metrics HTTP/1.1", 400)]
    [InlineData("GET /metrics HTTP/2.0\r\n\r\n", 400)]
    [InlineData("GET  /metrics HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET http://other/metrics HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /m\u00e9 HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /a\tb HTTP/1.1\r\n\r\n", 400)]
    [InlineData("\r\n\r\n", 400)]
    public void Everything_else_is_refused(string text, int status)
    {
        var (path, refusal) = Parse(text);
        Assert.Null(path);
        Assert.Equal(status, refusal!.Status);
    }

    private static (string? Path, HttpAnswer? Refusal) Parse(string text) => HttpRequestHead.Parse(Encoding.UTF8.GetBytes(text));
}
