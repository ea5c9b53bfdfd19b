using ChatOps.Bot.Registries;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Registry;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Registries;

/// <summary>docker-registry itself, in every way in which it lets people in; what skopeo says of it is what we have to say.</summary>
public sealed class RegistryClientTests : IAsyncLifetime
{
    private static readonly RegistryLogin Login = new(RegistryServer.User, new Secret(RegistryServer.Password));
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private RegistryServer _open = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.False(!RegistryServer.Installed && Tools.MustBePresent, RegistryServer.HowToGet);
        Assert.SkipUnless(RegistryServer.Installed, RegistryServer.HowToGet);
        _open = await RegistryServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_open is not null) await _open.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tag_is_the_digest_that_others_see_too(bool docker)
    {
        var pushed = await _open.PushAsync("team/app", "1", "one", docker);
        Assert.Equal(pushed, await Skopeo.DigestAsync($"{_open.Host}/team/app:1"));
        Assert.Equal(Found(pushed), await AskAsync(_open, "team/app:1"));
        Assert.Equal(Found(pushed), await AskAsync(_open, $"team/app@{pushed}"));
        Assert.Equal(Found(pushed), await AskAsync(_open, $"team/app:moved@{pushed}"));
    }

    [Fact]
    public async Task A_tag_that_is_pushed_anew_is_another_digest()
    {
        var before = await _open.PushAsync("team/app", "1", "one");
        var after = await _open.PushAsync("team/app", "1", "two");
        Assert.NotEqual(before, after);
        Assert.Equal(Found(after), await AskAsync(_open, "team/app:1"));
        Assert.Equal(Found(before), await AskAsync(_open, $"team/app@{before}"));
    }

    [Fact]
    public async Task An_index_is_told_with_what_it_leads_to()
    {
        string[] manifests = [await _open.PushAsync("team/app", "amd64", "one"), await _open.PushAsync("team/app", "arm64", "two")];
        var index = await _open.PushIndexAsync("team/app", "2", manifests);
        Assert.Equal(index, await Skopeo.DigestAsync($"{_open.Host}/team/app:2"));
        var found = Assert.IsType<RegistryAnswer.Found>(await AskAsync(_open, "team/app:2"));
        Assert.Equal((index, string.Join(' ', manifests)), (found.Digest, string.Join(' ', found.Manifests!)));
    }

    [Theory]
    [InlineData("team/app:9")]
    [InlineData("team/other:1")]
    [InlineData("team/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task What_is_not_there_is_absent(string image)
    {
        await _open.PushAsync("team/app", "1", "one");
        Assert.Null(await Skopeo.DigestAsync($"{_open.Host}/{image}"));
        Assert.Equal(new RegistryAnswer.Absent(), await AskAsync(_open, image));
    }

    [Fact]
    public async Task One_that_wants_a_login_tells_nobody_else()
    {
        var pushed = await _open.PushAsync("team/app", "1", "one");
        await using var guarded = await _open.WithLoginAsync();
        var image = $"{guarded.Host}/team/app:1";
        Assert.Equal((null, pushed), (await Skopeo.DigestAsync(image), await Skopeo.DigestAsync(image, login: true)));
        Assert.True(Assert.IsType<RegistryAnswer.Unknown>(await AskAsync(guarded, "team/app:1")).Refused);
        Assert.True(Assert.IsType<RegistryAnswer.Unknown>(await AskAsync(guarded, "team/app:1", Login with { User = "eve" })).Refused);
        Assert.Equal(Found(pushed), await AskAsync(guarded, "team/app:1", Login));
        Assert.Equal(new RegistryAnswer.Absent(), await AskAsync(guarded, "team/app:9", Login));
    }

    [Fact]
    public async Task One_with_a_token_service_is_asked_by_its_tokens()
    {
        var (open, closed) = (await _open.PushAsync("public/app", "1", "one"), await _open.PushAsync("team/app", "1", "two"));
        await using var service = await TokenService.StartAsync();
        await using var guarded = await _open.WithTokensAsync(service);
        // Ours is a simulator: somebody else's client and the registry itself have to get along with it.
        Assert.Equal(open, await Skopeo.DigestAsync($"{guarded.Host}/public/app:1"));
        Assert.Equal(closed, await Skopeo.DigestAsync($"{guarded.Host}/team/app:1", login: true));
        Assert.Null(await Skopeo.DigestAsync($"{guarded.Host}/team/app:1"));
        service.Asked.Clear();

        Assert.Equal(Found(open), await AskAsync(guarded, "public/app:1"));
        Assert.Equal(new RegistryAnswer.Absent(), await AskAsync(guarded, "public/app:9"));
        Assert.True(Assert.IsType<RegistryAnswer.Unknown>(await AskAsync(guarded, "team/app:1")).Refused);
        Assert.Equal(Found(closed), await AskAsync(guarded, "team/app:1", Login));
        var wrong = Login with { Password = new Secret("x") };
        Assert.True(Assert.IsType<RegistryAnswer.Unknown>(await AskAsync(guarded, "team/app:1", wrong)).Refused);
        Assert.Equal(
            ["- repository:public/app:pull", "- repository:public/app:pull", "- repository:team/app:pull", "ann repository:team/app:pull",
                "? repository:team/app:pull"],
            service.Asked);
    }

    [Fact]
    public async Task Over_TLS_a_certificate_counts()
    {
        var pushed = await _open.PushAsync("team/app", "1", "one");
        await using var secure = await _open.WithTlsAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(secure, "team/app:1"));
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        using var trusting = new HttpClient(handler);
        var image = ImageName.Parse($"{secure.Host}/team/app:1")!;
        Assert.Equal(Found(pushed), await new RegistryClient(trusting, []).FindAsync(image, null, Ended));
    }

    [Fact]
    public async Task Only_what_is_declared_so_is_asked_without_TLS()
    {
        await _open.PushAsync("team/app", "1", "one");
        await Assert.ThrowsAsync<HttpRequestException>(
            () => new RegistryClient(_http, []).FindAsync(ImageName.Parse($"{_open.Host}/team/app:1")!, null, Ended));
    }

    private static RegistryAnswer.Found Found(string digest) => new(digest, null);

    private async Task<RegistryAnswer> AskAsync(RegistryServer server, string image, RegistryLogin? login = null)
    {
        try
        {
            string[] insecure = server.Url.Scheme == "http" ? [server.Host] : [];
            return await new RegistryClient(_http, insecure).FindAsync(ImageName.Parse($"{server.Host}/{image}")!, login, Ended);
        }
        catch (RegistryException e)
        {
            return e.Answer;
        }
    }
}
