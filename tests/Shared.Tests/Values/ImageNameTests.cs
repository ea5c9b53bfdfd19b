using ChatOps.Values;

namespace ChatOps.Shared.Tests.Values;

public sealed class ImageNameTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>The text; the repository in normal form, tag and digest; and the repository as it was spelled.</summary>
    public static TheoryData<string, string, string?, string?, string> References => new()
    {
        { "nginx", "docker.io/library/nginx", null, null, "nginx" },
        { "nginx:1.27", "docker.io/library/nginx", "1.27", null, "nginx" },
        { "docker.io/nginx:1.27", "docker.io/library/nginx", "1.27", null, "docker.io/nginx" },
        { "docker.io/library/nginx", "docker.io/library/nginx", null, null, "docker.io/library/nginx" },
        { "kasmweb/signal:1.18.0-rolling-daily", "docker.io/kasmweb/signal", "1.18.0-rolling-daily", null, "kasmweb/signal" },
        { "index.docker.io/kasmweb/signal", "docker.io/kasmweb/signal", null, null, "index.docker.io/kasmweb/signal" },
        { $"docker-pullable://kasmweb/signal@{Digest}", "docker.io/kasmweb/signal", null, Digest, "kasmweb/signal" },
        { $"kasmweb/signal:2@{Digest}", "docker.io/kasmweb/signal", "2", Digest, "kasmweb/signal" },
        { $"ghcr.io/a/b-c/d__e.f@{Digest}", "ghcr.io/a/b-c/d__e.f", null, Digest, "ghcr.io/a/b-c/d__e.f" },
        { "GHCR.io/a/b:1", "ghcr.io/a/b", "1", null, "GHCR.io/a/b" },
        { "registry:5000/a:1", "registry:5000/a", "1", null, "registry:5000/a" },
        { "localhost/a", "localhost/a", null, null, "localhost/a" },
        { "localhost:5000/a", "localhost:5000/a", null, null, "localhost:5000/a" },
        { "localhost:5000", "docker.io/library/localhost", "5000", null, "localhost" },
        { "[::1]:5000/a:1", "[::1]:5000/a", "1", null, "[::1]:5000/a" },
        { $"a:1@sha512:{new string('0', 128)}", "docker.io/library/a", "1", $"sha512:{new string('0', 128)}", "a" },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void A_reference_is_taken_apart_in_normal_form(string text, string repository, string? tag, string? digest, string spelled)
    {
        var name = ImageName.Parse(text)!;
        Assert.Equal((repository, tag, digest, spelled), (name.Repository, name.Tag, name.Digest, name.Spelled));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("ghcr.io/Kasm/signal")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a_-b")]
    [InlineData("a:")]
    [InlineData("a:-1")]
    [InlineData("a b")]
    [InlineData("a:1\n")]
    [InlineData("a@sha256:12")]
    [InlineData("a@md5:0123456789abcdef0123456789abcdef")]
    [InlineData("a@" + Digest + "0")]
    [InlineData("ghcr.io:port/a")]
    [InlineData("-a.io/b")]
    [InlineData("user@ghcr.io/a")]
    [InlineData(Digest)]
    [InlineData("docker://" + Digest)]
    public void What_is_none_is_not_taken_for_one(string text) => Assert.Null(ImageName.Parse(text));

    [Fact]
    public void However_long_or_odd_a_text_is_it_is_looked_at_once()
    {
        Assert.Null(ImageName.Parse(new string('a', 100_000)));
        Assert.Null(ImageName.Parse(string.Join('-', Enumerable.Repeat("a", 400)) + "!"));
        Assert.Null(ImageName.Parse($"ghcr.io/{string.Join('/', Enumerable.Repeat("aa", 100))}"));
    }

    [Theory]
    [InlineData("a:1@" + Digest, Digest)]
    [InlineData("a:1", "1")]
    [InlineData("a", "latest")]
    public void A_registry_is_asked_for_the_digest_before_the_tag(string text, string reference) =>
        Assert.Equal(reference, ImageName.Parse(text)!.Reference);
}
