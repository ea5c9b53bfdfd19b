using System.Diagnostics;

namespace ChatOps.Shared.Tests.Suite;

/// <summary>This very program is started as unfriendly surroundings would, and looks around.</summary>
public sealed class CleanEnvironmentTests
{
    private const string Unfriendly = """
        trap '' INT HUP
        umask 077
        export TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=de_DE.UTF-8 KUBECONFIG=/elsewhere POD_NAME=other AWS_REGION=mars-1
        export SIDECAR_RATE=1 CHATOPS_WEB_KEY=short http_proxy=http://127.0.0.1:9
        exec "$0" -explicit only -noLogo -method "$1"
        """;

    [Fact]
    public async Task However_the_tests_are_started_they_find_the_same()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Shared.Tests");
        var looks = $"{typeof(CleanEnvironmentTests).FullName}.{nameof(Surroundings)}";
        var start = new ProcessStartInfo("sh", ["-c", Unfriendly, program, looks])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Surroundings()
    {
        const string Foreign = "$LANG $KUBECONFIG $POD_NAME $AWS_REGION $SIDECAR_RATE $CHATOPS_WEB_KEY $http_proxy";
        var script = $"umask; echo $TZ $LC_ALL {Foreign}; kill -INT $$; echo lives";
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("0022\nUTC C.UTF-8\n", said);
        Assert.Equal(TimeSpan.Zero, TimeZoneInfo.Local.BaseUtcOffset);
    }
}
