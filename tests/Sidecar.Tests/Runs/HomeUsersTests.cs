using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>The real program as the users that homes belong to, and as root with no more than it is given in a pod.</summary>
public sealed class HomeUsersTests : IDisposable
{
    private const string HowToGet = "run the tests as root, who may be other users";

    /// <summary>As the bot gives them to a sidecar and to a restore's Job that run as root.</summary>
    private const string Reading = "-all,+dac_override", Placing = "-all,+chown,+dac_override,+fowner,+fsetid";

    private const string Private = "mkdir -p d; printf one > a; printf two > d/b; chmod 600 a d/b; chmod 700 d; ";

    private readonly Home _home = new Home().OpenToOthers();

    public HomeUsersTests()
    {
        if (AgeKey.Shell("setpriv --reuid=1000 --regid=1000 --clear-groups true").Code == 0) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(HowToGet);
        Assert.Skip(HowToGet);
    }

    /// <summary>How the home is made, who reads it, how much is missed, and who is said to be able to read it.</summary>
    public static TheoryData<string, string, int, string?> Homes => new()
    {
        { "chown -R 472:472 .", "472:472", 0, null },
        { "chown -R 33:33 .", "33:33", 0, null },
        { "chown -R 1000:1000 .", "1000:1000", 0, null },
        { "true", "0:0", 0, null },
        { "chown -R 472:0 .", "1000:1000", 2, "472:0" },
        { "chown -R 33:33 .", "472:472", 2, "33:33" },
        { "true", "1000:1000", 2, "0:0" },
        { "chown 33:33 a; chown -R 472:472 d", "1000:1000", 2, "0:0" },
        { "chown -R 1000:1000 .; chmod 0 a", "1000:1000", 1, "0:0" },
        { "chown -R 1000:1000 .; chown 33:33 d; chmod 744 d", "1000:1000", 1, "33:33" },
    };

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task What_the_user_of_the_home_may_read_is_read_and_another_is_told_who_could(
        string make, string user, int missed, string? reader)
    {
        Shell(Private + make);
        var (code, _, error) = await Cli.RunUnderAsync(As(user), _home, "snapshot");
        Assert.True(code == (missed == 0 ? 0 : 3), error);
        var manifest = Assert.Single(await _home.ListAsync());
        Assert.Equal(missed, manifest.Missed.Count());
        var told = ManifestResult.Missed(manifest);
        Assert.Equal(reader is null, told is null);
        if (reader is not null)
            Assert.EndsWith($"; user {reader} could read it: home.runAs in chatops.yaml", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archives_of_an_earlier_user_are_an_error_that_says_whose_they_have_to_be()
    {
        Shell(Private + "chmod -R go+rX .");
        Assert.Equal(0, (await Cli.RunUnderAsync(As("1000:1000"), _home, "snapshot")).Code);
        var (code, _, error) = await Cli.RunUnderAsync(As("472:5"), _home, "snapshot");
        Assert.Equal(1, code);
        Assert.Contains("or give them to 472:5", error, StringComparison.Ordinal);
        Shell($"chown -R 472:5 '{_home.Store}'");
        Assert.Equal(0, (await Cli.RunUnderAsync(As("472:5"), _home, "snapshot")).Code);
    }

    [Fact]
    public async Task Root_reads_and_puts_back_what_belongs_to_others_with_what_it_is_given_in_a_pod()
    {
        Shell(Private + "chown -R 33:33 d; chown 472:5 d/b; "
            + "mkdir s; chown 0:33 s; chmod 2775 s; touch s/c; chown 1000:1000 s/c; chmod 400 s/c");
        var before = Listing();
        Assert.Equal(0, (await Cli.RunUnderAsync([.. As("0:0"), $"--bounding-set={Reading}"], _home, "snapshot")).Code);
        Shell("rm -rf d s; printf other > a; chown 7:7 a");
        var (code, output, error) = await Cli.RunUnderAsync(
            [.. As("0:0"), $"--bounding-set={Placing}"], _home, "restore", "latest", "--into", _home.Root);
        Assert.True(code == 0, error);
        Assert.DoesNotContain("could not be set", output, StringComparison.Ordinal);
        Shell("rm -rf .before-restore-*");
        Assert.Equal(before, Listing());
    }

    public void Dispose() => _home.Dispose();

    private static string[] As(string user) =>
        ["setpriv", $"--reuid={user.Split(':')[0]}", $"--regid={user.Split(':')[1]}", "--clear-groups", "--inh-caps=-all"];

    private void Shell(string line)
    {
        var (code, output) = AgeKey.Shell($"cd '{_home.Root}' && {line}");
        Assert.True(code == 0, output);
    }

    /// <summary>Every name with its owner, mode and contents.</summary>
    private string Listing() => AgeKey.Shell(
        $"cd '{_home.Root}' && find . -printf '%p %U:%G %m\\n' | sort && find . -type f -exec sha256sum {{}} + | sort").Output;
}
