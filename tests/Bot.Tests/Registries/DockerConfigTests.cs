using System.Text;
using ChatOps.Bot.Registries;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Registries;

public sealed class DockerConfigTests
{
    private static string Auth(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>What stands in the secret, the image, and whose logins are tried, in that order.</summary>
    public static TheoryData<string, string, string> Logins => new()
    {
        { """{"auths":{"ghcr.io":{"username":"u","password":"p"}}}""", "ghcr.io/a/b", "u:p" },
        { """{"auths":{"ghcr.io":{"auth":"$u:p:q"}}}""", "ghcr.io/a/b", "u:p:q" },
        { """{"auths":{"ghcr.io":{"username":"u","password":"p"}}}""", "ghcr.io.evil.example/a/b", "" },
        { """{"auths":{"ghcr.io":{"username":"u","password":"p"}}}""", "evil.ghcr.io/a/b", "" },
        // As kubectl create secret docker-registry and docker login write Docker Hub.
        { """{"auths":{"https://index.docker.io/v1/":{"auth":"$u:p"}}}""", "kasmweb/signal:1", "u:p" },
        { """{"auths":{"docker.io":{"auth":"$u:p"}}}""", "nginx", "u:p" },
        { """{"auths":{"https://index.docker.io/v1/":{"auth":"$u:p"}}}""", "ghcr.io/a/b", "" },
        { """{"auths":{"registry.test:5000":{"auth":"$u:p"}}}""", "registry.test:5000/a", "u:p" },
        { """{"auths":{"registry.test:5000":{"auth":"$u:p"}}}""", "registry.test:5001/a", "" },
        { """{"auths":{"registry.test":{"auth":"$u:p"}}}""", "registry.test:5000/a", "" },
        // Globs stand for a part of a host, a path for its beginning; the longest goes first.
        { """{"auths":{"*.test":{"auth":"$u:p"}}}""", "registry.test/a", "u:p" },
        { """{"auths":{"*.test":{"auth":"$u:p"}}}""", "a.b.test/a", "" },
        { """{"auths":{"*":{"auth":"$u:p"}}}""", "registry.test/a", "" },
        { """{"auths":{"x.test":{"auth":"$u:p"},"x.test/team":{"auth":"$v:q"},"x.test/b":{"auth":"$w:r"}}}""", "x.test/team/a", "v:q u:p" },
        { """{"auths":{"https://x.test/v2/team":{"auth":"$u:p"}}}""", "x.test/team/a", "u:p" },
        // What is no login is none.
        { """{"auths":{"x.test":{"auth":"$nocolon"}}}""", "x.test/a", "" },
        { """{"auths":{"x.test":{"auth":"not base64"}}}""", "x.test/a", "" },
        { """{"auths":{"x.test":{"username":"u"}}}""", "x.test/a", "" },
        { """{"auths":{"x.test":{"username":["u"],"password":7,"auth":null}}}""", "x.test/a", "" },
        { """{"auths":{"x.test":null,"":{"auth":"$u:p"},"://":{"auth":"$u:p"},"/":{"auth":"$u:p"}}}""", "x.test/a", "" },
        { """{"auths":{"x.test":{"auth":"$u:p"},"x.test":{"auth":"$v:q"}}}""", "x.test/a", "" },
        { """{"auths":[1]}""", "x.test/a", "" },
        { "[]", "x.test/a", "" },
        { "nothing", "x.test/a", "" },
        { "", "x.test/a", "" },
    };

    [Theory]
    [MemberData(nameof(Logins))]
    public void The_logins_for_an_image_are_found_as_kubelets_find_them(string config, string image, string logins)
    {
        var json = System.Text.RegularExpressions.Regex.Replace(config, "\"\\$([^\"]*)\"", m => $"\"{Auth(m.Groups[1].Value)}\"");
        Assert.Equal(logins, Found(image, (".dockerconfigjson", Auth(json))));
    }

    [Fact]
    public void The_older_form_counts_too_and_what_is_not_in_base64_holds_none()
    {
        Assert.Equal("u:p", Found("x.test/a", (".dockercfg", Auth("{\"x.test\":{\"auth\":\"" + Auth("u:p") + "\"}}"))));
        Assert.Equal("", Found("x.test/a", (".dockerconfigjson", "{}")));
        Assert.Equal("", Found("x.test/a", ("password", Auth("x"))));
        Assert.Equal("", Found("x.test/a"));
        Assert.Empty(DockerConfig.LoginsFor(ImageName.Parse("x.test/a")!, null));
    }

    [Fact]
    public void A_login_does_not_show_its_password() =>
        Assert.DoesNotContain("sesame", new RegistryLogin("ann", new Secret("sesame")).ToString(), StringComparison.Ordinal);

    private static string Found(string image, params (string Key, string Value)[] data) => string.Join(' ', DockerConfig
        .LoginsFor(ImageName.Parse(image)!, data.ToDictionary(d => d.Key, d => d.Value)).Select(l => $"{l.User}:{l.Password.Reveal()}"));
}
