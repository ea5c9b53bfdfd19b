using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Other = "sha256:f0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde";

    [Theory]
    [InlineData("1.19.0", "registry:5000/kasm/signal:1.19.0")]
    [InlineData(Digest, "registry:5000/kasm/signal@" + Digest)]
    [InlineData("1.19.0@" + Digest, "registry:5000/kasm/signal:1.19.0@" + Digest)]
    [InlineData("registry:5000/kasm/signal:2", "registry:5000/kasm/signal:2")]
    [InlineData("registry:5000/kasm/signal@" + Digest, "registry:5000/kasm/signal@" + Digest)]
    [InlineData("registry:5000/kasm/signal:2@" + Digest, "registry:5000/kasm/signal:2@" + Digest)]
    [InlineData("REGISTRY:5000/kasm/signal:2", "registry:5000/kasm/signal:2")]
    public void A_version_becomes_an_image_of_the_targets_repository(string version, string image) =>
        Assert.Equal(image, ImageReference.For(version, "registry:5000/kasm/signal").Value);

    [Theory]
    [InlineData("kasmweb/signal", "docker.io/kasmweb/signal:2", "kasmweb/signal:2")]
    [InlineData("kasmweb/signal", "index.docker.io/kasmweb/signal@" + Digest, "kasmweb/signal@" + Digest)]
    [InlineData("docker.io/kasmweb/signal", "kasmweb/signal:2", "docker.io/kasmweb/signal:2")]
    [InlineData("nginx", "docker.io/library/nginx:2", "nginx:2")]
    [InlineData("docker.io/library/nginx", "nginx:2", "docker.io/library/nginx:2")]
    public void It_may_be_typed_in_another_spelling_and_stays_in_that_of_the_template(string repository, string version, string image) =>
        Assert.Equal(image, ImageReference.For(version, repository).Value);

    [Theory]
    [InlineData("evil.example/signal:1", "WrongRepository")]
    [InlineData("registry:5000/kasm/signal-evil:1", "WrongRepository")]
    [InlineData("kasm/signal:1", "WrongRepository")]
    [InlineData("registry:5001/kasm/signal:1", "WrongRepository")]
    [InlineData("registry:5000/kasm/signal", "BadVersion")]
    [InlineData("registry:5000/Kasm/signal:1", "BadVersion")]
    [InlineData("1.0 --privileged", "BadVersion")]
    [InlineData("1.0\n", "BadVersion")]
    [InlineData("-1", "BadVersion")]
    [InlineData("sha256:12", "BadVersion")]
    [InlineData("1.0@sha256:12", "BadVersion")]
    [InlineData("registry:5000/kasm/signal@sha256:12", "BadVersion")]
    public void Anything_else_is_refused(string version, string kind) =>
        Assert.Equal(kind, ImageReference.For(version, "registry:5000/kasm/signal").Fault?.Kind);

    /// <summary>What a pod reported, the image in the template, and what takes its place there.</summary>
    public static TheoryData<string?, string, string?> Pins => new()
    {
        { $"a/b@{Digest}", "a/b:1", $"a/b@{Digest}" },
        // As containerd reports what Ghostwire's chart spells without a registry, and as Docker does.
        { $"docker.io/kasmweb/signal@{Digest}", "kasmweb/signal:rolling-daily", $"kasmweb/signal@{Digest}" },
        { $"docker-pullable://kasmweb/signal@{Digest}", "kasmweb/signal:rolling-daily", $"kasmweb/signal@{Digest}" },
        { $"docker.io/library/nginx@{Digest}", "nginx", $"nginx@{Digest}" },
        { $"kasmweb/signal@{Digest}", "index.docker.io/kasmweb/signal:1", $"index.docker.io/kasmweb/signal@{Digest}" },
        { $"ghcr.io/x/y@{Digest}", "GHCR.io/x/y:1", $"GHCR.io/x/y@{Digest}" },
        { $"registry:5000/x/y:1@{Digest}", "registry:5000/x/y:1", $"registry:5000/x/y@{Digest}" },
        // Another repository, the id of an image on its node, nothing, or a digest that stands there already.
        { $"a/c@{Digest}", "a/b:1", null },
        { $"ghcr.io/a/b@{Digest}", "a/b:1", null },
        { $"registry:5001/x/y@{Digest}", "registry:5000/x/y:1", null },
        { Digest, "a/b:1", null },
        { $"docker://{Digest}", "a/b:1", null },
        { null, "a/b:1", null },
        { "", "a/b:1", null },
        { $"a/b@{Digest}", $"a/b:1@{Other}", null },
    };

    [Theory]
    [MemberData(nameof(Pins))]
    public void A_tag_is_pinned_only_to_a_digest_of_its_own_repository(string? imageId, string image, string? pinned) =>
        Assert.Equal(pinned, ImageReference.Pinned(imageId, image));

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest", true)]
    [InlineData("a/b:1", "index.docker.io/a/b:1", true)]
    [InlineData("a/b:1", "a/b:2", false)]
    [InlineData("a/b:1", "ghcr.io/a/b:1", false)]
    [InlineData("a/b:1", "a/b@" + Digest, false)]
    [InlineData("a/b:1@" + Digest, "docker.io/a/b@" + Digest, true)]
    [InlineData("a/b:1@" + Digest, "a/b:1@" + Other, false)]
    [InlineData("a/b:1@" + Digest, "a/b:1", false)]
    [InlineData("App:1", "App:1", true)]
    [InlineData("App:1", "app:1", false)]
    public void Images_are_compared_in_normal_form(string image, string other, bool same) =>
        Assert.Equal(same, ImageReference.IsSame(image, other));

    [Theory]
    [InlineData("a/b:1", null, "docker.io/a/b:1", true)]
    [InlineData("a/b:1", "a/b@" + Digest, "a/b@" + Digest, true)]
    [InlineData("a/b:1", "docker.io/a/b@" + Digest, "a/b:2@" + Digest, true)]
    [InlineData("a/b:1", "a/b@" + Other, "a/b@" + Digest, false)]
    [InlineData("a/b:1", null, "a/b@" + Digest, false)]
    [InlineData("a/b:1", "a/b@" + Digest, "a/c@" + Digest, false)]
    public void A_version_is_also_known_by_the_digest_that_ran(string planned, string? imageId, string image, bool same) =>
        Assert.Equal(same, ImageReference.IsOf(new PlannedVersion { Image = planned, ImageId = imageId }, image));
}
