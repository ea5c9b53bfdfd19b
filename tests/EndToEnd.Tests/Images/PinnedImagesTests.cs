using System.Text.RegularExpressions;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>That the same source gives the same image: nothing is built on what may be something else tomorrow.</summary>
public sealed partial class PinnedImagesTests
{
    [Theory]
    [InlineData("Dockerfile.bot")]
    [InlineData("Dockerfile.sidecar")]
    public void Every_base_is_one_digest_and_every_package_of_one_moment(string file)
    {
        var text = new Dockerfile(file).Text;
        var bases = From().Matches(text).Select(from => from.Groups[1].Value).ToList();
        Assert.Equal(["SDK", "LIBRARIES", "BASE"], bases);
        foreach (var name in bases)
            Assert.Matches($"(?m)^ARG {name}=[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{{64}}$", text);
        var installed = Install().Matches(text).Select(install => install.Groups[1].Value.Trim()).ToList();
        // Its certificates open the archive of that moment, and are not copied.
        Assert.Equal("ca-certificates", installed[0]);
        Assert.All(installed.Skip(1), packages => Assert.StartsWith("--snapshot ${ARCHIVE} ", packages, StringComparison.Ordinal));
        Assert.Matches(@"(?m)^ARG ARCHIVE=\d{8}T\d{6}Z$", text);
        Assert.DoesNotContain("COPY --from=libraries /etc", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^FROM (?:--platform=\S+ )?\$\{(\w+)\}", RegexOptions.Multiline)]
    private static partial Regex From();

    [GeneratedRegex(@"apt-get install -y --no-install-recommends ([^\\\n]+)")]
    private static partial Regex Install();
}
