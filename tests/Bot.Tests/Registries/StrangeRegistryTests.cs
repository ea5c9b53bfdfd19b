using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ChatOps.Bot.Registries;
using ChatOps.Testing;
using ChatOps.Values;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Bot.Tests.Registries;

/// <summary>
/// What a registry, or whoever stands in its place, may answer: it is given no login it should not have, and believed no more than it
/// proves.
/// </summary>
public sealed class StrangeRegistryTests : IAsyncDisposable
{
    private static readonly RegistryLogin Login = new("ann", new Secret("open sesame"));
    private const string IndexType = "Content-Type: application/vnd.oci.image.index.v1+json";
    private static readonly string A = $"sha256:{new string('a', 64)}";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly List<LocalServer> _servers = [];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var server in _servers) await server.DisposeAsync();
    }

    /// <summary>What it answers, headers and body, and what we say of it.</summary>
    public static TheoryData<int, string, string, string> Answers => new()
    {
        { 404, "Content-Type: text/html", "<h1>not found</h1>", "answers 404, and not as registries do" },
        { 404, "", """{"errors":[{"code":"DENIED"}]}""", "answers 404, and not as registries do" },
        { 404, "", """{"errors":{"code":"MANIFEST_UNKNOWN"}}""", "answers 404, and not as registries do" },
        { 404, "", """[null,{"errors":1}]""", "answers 404, and not as registries do" },
        { 404, "", """{"errors":[null,1,{"code":7},{"code":"MANIFEST_UNKNOWN"}]}""", "absent" },
        { 404, "", """{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}""", "absent" },
        { 429, "", "", "has been asked too often (429)" },
        { 503, "", "", "answers 503" },
        { 418, "", "", "answers 418" },
        { 302, "Location: ftp://127.0.0.1/x", "", "leads to an address that is not to be followed" },
        { 302, "Location: http://ann:word@127.0.0.1/x", "", "leads to an address that is not to be followed" },
        { 302, "", "", "leads to an address that is not to be followed" },
        { 307, "Location: /v2/again", "", "leads the bot in circles" },
        { 401, "", "", "lets in nobody without a login" },
        { 401, "WWW-Authenticate: Negotiate", "", "lets in nobody without a login" },
        { 401, "WWW-Authenticate: Bearer", "", "names a token service that is not to be asked" },
        { 401, "WWW-Authenticate: Bearer realm=\"file:///etc/passwd\"", "", "names a token service that is not to be asked" },
        { 401, "WWW-Authenticate: Bearer realm=\"http://a:b@127.0.0.1/\"", "", "names a token service that is not to be asked" },
        { 200, "Docker-Content-Digest: sha256:12", "", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { 200, "Docker-Content-Digest: $A", "", "$A" },
        { 200, $"Docker-Content-Digest: $A|{IndexType}", "{}", "answers with content that is not of its digest" },
        { 200, IndexType, """{"manifests":[{"digest":"$A"},null,{"digest":"x"},{"digest":[]}]}""", "its own +1" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task It_is_believed_no_more_than_it_proves(int status, string headers, string body, string said)
    {
        var text = Whole(body);
        var url = await ServeAsync(async context =>
        {
            context.Response.StatusCode = status;
            foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(": ", 2)))
                context.Response.Headers[header[0]] = Whole(header[1]);
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.WriteAsync(text, Ended);
        });
        Assert.Equal(Whole(said).Replace("its own", DigestOf(text), StringComparison.Ordinal), Said(await AskAsync(url, null)));
    }

    [Fact]
    public async Task Answers_without_an_end_are_not_read_to_it()
    {
        var url = await ServeAsync(async context =>
        {
            context.Response.StatusCode = 404;
            var line = new byte[64 * 1024];
            while (!HttpMethods.IsHead(context.Request.Method) && !context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(line, context.RequestAborted);
        });
        Assert.Equal("answers with more than 64 KiB", Said(await AskAsync(url, null)));
    }

    [Theory]
    [InlineData(503, "", "has a token service that answers 503")]
    [InlineData(302, "", "has a token service that answers 302")]
    [InlineData(403, "", "does not let that login in")]
    [InlineData(200, "nothing", "has a token service that answers with no token")]
    [InlineData(200, "[]", "has a token service that answers with no token")]
    [InlineData(200, """{"token":7,"access_token":"a b"}""", "has a token service that answers with no token")]
    [InlineData(200, """{"token":"a\r\nX-Evil: 1"}""", "has a token service that answers with no token")]
    public async Task A_token_service_that_gives_none_is_named(int status, string body, string said)
    {
        var url = await ServeAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/elsewhere";
                await context.Response.WriteAsync(body, Ended);
                return;
            }
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"x\"";
        });
        Assert.Equal(said, Said(await AskAsync(url, Login)));
    }

    /// <summary>As registry.k8s.io leads to a store by the region; whoever is led to is a stranger.</summary>
    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Bearer realm=\"$REALM\"")]
    public async Task A_login_goes_to_the_registry_and_its_realm_and_not_to_where_it_leads(string challenge)
    {
        var seen = new ConcurrentQueue<string>();
        var stranger = await ServeAsync(context =>
        {
            seen.Enqueue($"{context.Request.Path} {context.Request.Headers.Authorization}");
            var known = context.Request.Headers.Authorization.Count > 0;
            context.Response.StatusCode = known ? 200 : 401;
            if (context.Request.Path == "/token") return TokenAsync(context, "foreign");
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\"";
            context.Response.Headers["Docker-Content-Digest"] = A;
            return Task.CompletedTask;
        });
        var url = await ServeAsync(context =>
        {
            if (context.Request.Path == "/token") return TokenAsync(context, "own");
            context.Response.StatusCode = context.Request.Headers.Authorization.Count > 0 ? 307 : 401;
            var realm = $"http://{context.Request.Host}/token";
            context.Response.Headers.WWWAuthenticate = challenge.Replace("$REALM", realm, StringComparison.Ordinal);
            context.Response.Headers.Location = new Uri(stranger, "/v2/other/manifests/1").ToString();
            return Task.CompletedTask;
        });
        Assert.Equal(A, Said(await AskAsync(url, Login)));
        Assert.Equal(["/v2/other/manifests/1 ", "/token ", "/v2/other/manifests/1 Bearer foreign"], seen);
    }

    [Theory]
    [InlineData("repository:a/b:pull,push", "repository:team/app:pull")]
    [InlineData("registry:catalog:*", "repository:team/app:pull")]
    [InlineData("repository:other/name:pull", "repository:other/name:pull")]
    public async Task It_may_name_what_is_asked_for_otherwise_but_get_nothing_more_than_to_pull(string named, string asked)
    {
        var scopes = new ConcurrentQueue<string>();
        var url = await ServeAsync(context =>
        {
            if (context.Request.Path == "/token")
            {
                scopes.Enqueue($"{context.Request.Query["scope"]} {context.Request.Query["kept"]}");
                return TokenAsync(context, "t");
            }
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token?kept=1\",scope=\"{named}\"";
            return Task.CompletedTask;
        });
        Assert.Equal("does not let that login in", Said(await AskAsync(url, Login)));
        Assert.Equal([$"{asked} 1"], scopes);
    }

    [Fact]
    public async Task An_index_that_may_not_be_read_has_its_digest_all_the_same()
    {
        var url = await ServeAsync(context =>
        {
            context.Response.StatusCode = HttpMethods.IsHead(context.Request.Method) ? 200 : 429;
            context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = A;
            return Task.CompletedTask;
        });
        Assert.Equal(A, Said(await AskAsync(url, null)));
    }

    [Fact]
    public async Task An_index_is_read_once()
    {
        var (reads, text) = (0, "{\"manifests\":[{\"digest\":\"" + A + "\"}]}");
        var url = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = DigestOf(text);
            if (HttpMethods.IsHead(context.Request.Method)) return;
            Interlocked.Increment(ref reads);
            await context.Response.WriteAsync(text, Ended);
        });
        var client = new RegistryClient(_http, [url.Authority]);
        var image = ImageName.Parse($"{url.Authority}/team/app:1")!;
        for (var times = 0; times < 3; times++) Assert.Equal($"{DigestOf(text)} +1", Said(await client.FindAsync(image, null, Ended)));
        Assert.Equal(1, reads);
    }

    private static string DigestOf(string text) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Whole(string text) => text.Replace("$A", A, StringComparison.Ordinal);

    private static Task TokenAsync(HttpContext context, string token)
    {
        context.Response.StatusCode = 200;
        return context.Response.WriteAsync("{\"token\":\"" + token + "\"}", Ended);
    }

    private static string Said(RegistryAnswer answer) => answer switch
    {
        RegistryAnswer.Found found => found.Digest + (found.Manifests is { } manifests ? $" +{manifests.Count}" : ""),
        RegistryAnswer.Unknown unknown => unknown.Why,
        _ => "absent",
    };

    private async Task<Uri> ServeAsync(RequestDelegate handler)
    {
        var server = await LocalServer.StartAsync(handler);
        _servers.Add(server);
        return server.Url;
    }

    private async Task<RegistryAnswer> AskAsync(Uri url, RegistryLogin? login)
    {
        try
        {
            var image = ImageName.Parse($"{url.Authority}/team/app:1")!;
            return await new RegistryClient(_http, [url.Authority]).FindAsync(image, login, Ended);
        }
        catch (RegistryException e)
        {
            return e.Answer;
        }
    }
}
