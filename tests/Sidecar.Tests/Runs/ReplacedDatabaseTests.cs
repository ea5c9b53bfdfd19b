using ChatOps.Sidecar.Runs;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class ReplacedDatabaseTests
{
    [Fact]
    public async Task A_Signal_that_was_reset_is_told_loudly_once_and_with_exit_code_3()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        await WriteAsync(home);
        Assert.Empty((await home.SnapshotAsync()).Replaced!);
        Assert.Empty((await home.SnapshotAsync()).Replaced!);

        File.Delete(home.At(Home.SignalDatabase));
        await WriteAsync(home);
        var (code, output, _) = await Cli.RunAsync(home, "snapshot");
        Assert.Equal(3, code);
        Assert.Contains($"REPLACED: {Home.SignalDatabase} is not the database of the snapshot before", output, StringComparison.Ordinal);
        var told = (await home.ListAsync())[0];
        Assert.Contains(
            ManifestResult.Of(told, []).Warnings, warning => warning.Contains("reset or set up anew", StringComparison.Ordinal));
        Assert.Empty((await home.SnapshotAsync()).Replaced!);
    }

    [Fact]
    public async Task Another_target_in_the_same_store_is_not_the_snapshot_before()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        await WriteAsync(home);
        await home.SnapshotAsync(home.Request with { Target = "other" });
        File.Delete(home.At(Home.SignalDatabase));
        await WriteAsync(home);
        Assert.Empty((await home.SnapshotAsync()).Replaced!);
    }

    private static async Task WriteAsync(Home home)
    {
        await using var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), new(Home.Key));
        await writer.StopAsync();
    }
}
