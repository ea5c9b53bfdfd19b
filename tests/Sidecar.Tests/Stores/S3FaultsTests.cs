using ChatOps.Testing;
using ChatOps.Testing.S3;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>A store that cannot be used is refused before a byte of the home is read, with what to do about it.</summary>
public sealed class S3FaultsTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(404, "NoSuchBucket", "NoSuchBucket")]
    [InlineData(403, "AccessDenied", "StoreAccessDenied")]
    [InlineData(400, "AuthorizationHeaderMalformed", "WrongRegion")]
    [InlineData(301, "PermanentRedirect", "WrongRegion")]
    [InlineData(403, "InvalidAccessKeyId", "BadCredentials")]
    [InlineData(403, "SignatureDoesNotMatch", "BadCredentials")]
    [InlineData(403, "RequestTimeTooSkewed", "ClockSkew")]
    [InlineData(503, "SlowDown", "StoreBusy")]
    [InlineData(400, "InvalidArgument", "StoreRefused")]
    public async Task Each_refusal_has_a_kind_of_its_own_and_words(int status, string code, string kind)
    {
        await using var server = await RefusingAsync(status, code);
        var fault = await S3Fixture.Open(server.Url, "p").CheckWritableAsync(Token);
        Assert.Equal(kind, fault!.Kind);
        Assert.Contains("the store s3://backups/p: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(S3Server.SecretKey, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_may_be_listed_and_not_written_is_refused()
    {
        S3Fixture.Needs();
        await using var front = await S3Front.StartAsync();
        front.Fail(new(call => call.IsBegin, 403, "AccessDenied") { Times = 100 });
        var fault = await S3Fixture.Open(front.Url, "p").CheckWritableAsync(Token);
        Assert.Equal("StoreAccessDenied", fault!.Kind);
        Assert.StartsWith("writing to", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_leaves_neither_an_object_nor_an_upload()
    {
        S3Fixture.Needs();
        await using var front = await S3Front.StartAsync();
        Assert.Null(await S3Fixture.Open(front.Url, "p").CheckWritableAsync(Token));
        Assert.Empty(front.Server.Keys());
        Assert.Empty(front.Server.Uploads());
    }

    [Fact]
    public async Task An_endpoint_where_nobody_listens_is_unreachable()
    {
        var fault = await S3Fixture.Open(new("http://127.0.0.1:1"), "p").CheckWritableAsync(Token);
        Assert.Equal("StoreUnreachable", fault!.Kind);
        Assert.Contains("endpoint=", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_credentials_the_command_says_where_they_may_come_from()
    {
        using var home = new Home();
        home.Write("a", "a");
        var (code, _, error) = await Cli.RunAsync(home, new Dictionary<string, string?>
        {
            ["SIDECAR_STORE"] = "s3://backups/p",
            ["SIDECAR_STORE_OPTIONS"] = "region=eu-central-1",
            ["SIDECAR_ENCRYPTION"] = "none",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_ACCESS_KEY_ID"] = null,
            ["HOME"] = home.Root,
        }, "snapshot");
        Assert.Equal(1, code);
        Assert.Contains("AWS_ACCESS_KEY_ID", error, StringComparison.Ordinal);
        Assert.Contains("or give the pod's service account a role", error, StringComparison.Ordinal);
    }

    private static Task<LocalServer> RefusingAsync(int status, string code) => LocalServer.StartAsync(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await using var writer = new StreamWriter(context.Response.Body);
        await writer.WriteAsync($"<Error><Code>{code}</Code><Message>no</Message></Error>");
    });
}
