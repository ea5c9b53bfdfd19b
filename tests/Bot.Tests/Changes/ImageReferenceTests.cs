using ChatOps.Bot.Changes;

namespace ChatOps.Bot.Tests.Changes;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("1.19.0", "registry:5000/kasm/signal:1.19.0")]
    [InlineData(Digest, "registry:5000/kasm/signal@" + Digest)]
    [InlineData("registry:5000/kasm/signal:2", "registry:5000/kasm/signal:2")]
    [InlineData("registry:5000/kasm/signal@" + Digest, "registry:5000/kasm/signal@" + Digest)]
    public void A_version_becomes_an_image_of_the_targets_repository(string version, string image) =>
        Assert.Equal(image, ImageReference.For(version, "registry:5000/kasm/signal").Value);

    [Theory]
    [InlineData("evil.example/signal:1", "WrongRepository")]
    [InlineData("registry:5000/kasm/signal-evil:1", "WrongRepository")]
    [InlineData("1.0 --privileged", "BadVersion")]
    [InlineData("1.0\n", "BadVersion")]
    [InlineData("-1", "BadVersion")]
    [InlineData("sha256:12", "BadVersion")]
    public void Anything_else_is_refused(string version, string kind) =>
        Assert.Equal(kind, ImageReference.For(version, "registry:5000/kasm/signal").Fault?.Kind);

    [Fact]
    public void A_tag_is_pinned_only_to_a_digest_of_its_own_repository()
    {
        Assert.Equal($"a/b@{Digest}", ImageReference.Pinned($"a/b@{Digest}", "a/b:1"));
        Assert.Null(ImageReference.Pinned($"a/c@{Digest}", "a/b:1"));
        Assert.Null(ImageReference.Pinned(Digest, "a/b:1"));
        Assert.Null(ImageReference.Pinned(null, "a/b:1"));
    }
}
