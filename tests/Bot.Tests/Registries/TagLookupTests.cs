using System.Net;
using System.Text;
using ChatOps.Bot.Registries;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using ChatOps.Values;
using Microsoft.AspNetCore.Http;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace ChatOps.Bot.Tests.Registries;

/// <summary>With whose login a registry is asked, and what is made of a registry that never ends its answer.</summary>
public sealed class TagLookupTests : IAsyncDisposable
{
    private static readonly string Digest = $"sha256:{new string('a', 64)}";
    private readonly IKubernetesClient _client = Substitute.For<IKubernetesClient>();
    private readonly ManualTime _time = new();
    private readonly HttpClient _http = new();
    private LocalServer? _server;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _server?.DisposeAsync() ?? default;
    }

    /// <summary>The secrets declared, the ones that pods name, whether strangers are let in; who asked, and what was said.</summary>
    public static TheoryData<string, string, bool, string, string> Secrets => new()
    {
        { "", "", true, "-", "found" },
        { "", "", false, "-", "lets in nobody without a login" },
        { "", "good", true, "-", "found" },
        { "", "good", false, "-", "lets in nobody without a login (Secret good is not under pullSecrets of shop)" },
        { "good", "good", false, "- good", "found" },
        { "good", "", false, "- good", "found" },
        // A login is shown to whoever asks for one, one after the other, as kubelets do.
        { "good", "", true, "-", "found" },
        { "bad,good", "", false, "- bad - good", "found" },
        { "bad", "", false, "- bad -", "does not let that login in" },
        { "gone", "gone", false, "-", "lets in nobody without a login (there is no Secret gone in default)" },
        { "forbidden", "forbidden", false, "-", "lets in nobody without a login (the bot may not read Secret forbidden)" },
        { "forbidden", "forbidden", true, "-", "found" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task It_is_asked_with_the_logins_that_are_declared(string declared, string used, bool open, string asked, string said)
    {
        var users = new List<string>();
        var answer = await AskAsync(
            context =>
            {
                var shown = context.Request.Headers.Authorization.ToString();
                users.Add(shown.Length == 0 ? "-" : UserIn(shown));
                context.Response.StatusCode = users[^1] == "good" || (users[^1] == "-" && open) ? 200 : 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                context.Response.Headers["Docker-Content-Digest"] = Digest;
                return Task.CompletedTask;
            }, Words(declared), Words(used));
        Assert.Equal((asked, said), (string.Join(' ', users), Said(answer)));
        Assert.DoesNotContain("sesame", answer?.ToString() ?? "", StringComparison.Ordinal);
    }

    /// <summary>Some registries hide from strangers what they may not see.</summary>
    [Theory]
    [InlineData("", "absent")]
    [InlineData("good", "shows it to nobody without a login (Secret good is not under pullSecrets of shop)")]
    public async Task That_a_stranger_finds_nothing_says_little_where_there_is_a_login(string used, string said)
    {
        var answer = await AskAsync(
            context =>
            {
                context.Response.StatusCode = 404;
                return HttpMethods.IsHead(context.Request.Method)
                    ? Task.CompletedTask
                    : context.Response.WriteAsync("""{"errors":[{"code":"NAME_UNKNOWN"}]}""", Ended);
            }, [], Words(used));
        Assert.Equal(said, Said(answer));
    }

    [Fact]
    public async Task Five_seconds_are_all_it_gets()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = AskAsync(
            async context =>
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).Settled();
            }, [], []);
        await asked.Task.WaitAsync(Ended);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(4.9));
        Assert.False(answer.IsCompleted);
        await _time.AdvanceAsync(TimeSpan.FromSeconds(0.2));
        Assert.Equal("did not answer within 5 s", Said(await answer));
    }

    [Fact]
    public async Task Nobody_is_asked_where_the_settings_say_so()
    {
        var settings = TestSettings.Shop();
        var lookup = TestSettings.Unasked(_client, settings);
        Assert.Null(await lookup.AskAsync(settings.Targets["shop"], ImageName.Parse("localhost:1/app:1")!, ["good"], Ended));
        Assert.Empty(_client.ReceivedCalls());
    }

    private static string UserIn(string basic) => Encoding.UTF8.GetString(Convert.FromBase64String(basic["Basic ".Length..])).Split(':')[0];

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static string Said(RegistryAnswer? answer) => answer switch
    {
        RegistryAnswer.Found => "found",
        RegistryAnswer.Unknown unknown => unknown.Why,
        RegistryAnswer.Absent => "absent",
        _ => "not asked",
    };

    private async Task<RegistryAnswer?> AskAsync(RequestDelegate handler, string[] declared, string[] used)
    {
        _server = await LocalServer.StartAsync(handler);
        foreach (var user in (string[])["good", "bad"])
            _client.FindAsync(Kinds.Secrets, "default", user, Arg.Any<CancellationToken>()).Returns(Secret(user));
        _client.FindAsync(Kinds.Secrets, "default", "forbidden", Arg.Any<CancellationToken>()).ThrowsAsync(
            new ApiException("get", "secrets forbidden", HttpStatusCode.Forbidden, "Forbidden", "no", null));
        var host = _server.Url.Authority;
        var settings = TestSettings.Shop() with { Registries = new() { Ask = true } };
        var target = settings.Targets["shop"] with { PullSecrets = declared };
        var lookup = new TagLookup(new RegistryClient(_http, [host]), _client, settings, _time);
        return await lookup.AskAsync(target, ImageName.Parse($"{host}/app:1")!, used, Ended);
    }

    private DataResource Secret(string user)
    {
        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var config = $$"""{"auths":{"{{_server!.Url.Authority}}":{"username":"{{user}}","password":"open sesame"} } }""";
        return new() { Data = new Dictionary<string, string> { [".dockerconfigjson"] = Base64(config) } };
    }
}
