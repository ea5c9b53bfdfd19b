using ChatOps.Testing;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Runs;

public sealed class CrashTests
{
    [Fact]
    [Trait("prove", "tuesday")]
    public async Task Kills_at_any_moment_disturb_no_writer_and_leave_nothing_half_visible()
    {
        Home.NeedsNode();
        using var home = new Home().WithSignalKey();
        home.Write("attachment", new string('a', 2_000_000));
        await using var writer = await LiveWriter.StartAsync(home.At(Home.SignalDatabase), new(Home.Key, PaceMilliseconds: 2));
        var random = Seeds.NewRandom();
        for (var i = 0; i < Proof.Size(20, 100); i++)
            await SnapshotAndKill(home, random.Next(40, 260));

        var (code, _, error) = await Cli.RunAsync(home, "snapshot");
        Assert.True(code == 0, error);
        var story = await writer.StopAsync();
        Assert.Empty(story.Errors);
        Assert.True(story.Max < 1000, $"the writer once waited {story.Max} ms");
        foreach (var manifest in await home.ListAsync())
            await home.VerifyAsync(manifest.Name);
        Assert.DoesNotContain(Directory.GetFiles(home.Store), path => Path.GetFileName(path).StartsWith('.'));
        Assert.Empty(Directory.GetFiles(home.Scratch));
    }

    [Fact]
    public async Task An_interrupt_from_the_keyboard_ends_with_130_and_leaves_nothing()
    {
        using var home = new Home();
        home.Write("large", "");
        using (var large = File.OpenWrite(home.At("large")))
            large.SetLength(4_000_000_000);
        using var process = Cli.Start(home, "snapshot", "--json");
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("\"files\"", StringComparison.Ordinal))
        {
        }
        using (System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]))
            await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(home.Store));
    }

    private static async Task SnapshotAndKill(Home home, int afterMilliseconds)
    {
        using var process = Cli.Start(home, "snapshot");
        using var timer = new CancellationTokenSource(afterMilliseconds);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        foreach (var manifest in await home.ListAsync())
            Assert.Equal(manifest.BytesOut, new FileInfo(Path.Combine(home.Store, manifest.Archive)).Length);
    }
}
