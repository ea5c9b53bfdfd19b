using System.Diagnostics;
using ChatOps.Bot.Chat;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests;

/// <summary>
/// SIGKILL of the sidecar in its pod while it works: the chat gets an end, the writer never notices, and the next one works.
/// </summary>
public sealed class SidecarKilledTests
{
    [Fact]
    public async Task Killed_in_the_middle_of_snapshots_each_ends_and_the_next_succeeds()
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.SlowSnapshots);
        for (var kill = 1; kill <= 3; kill++)
        {
            await demo.SayAsync("/snapshot ghostwire");
            await Eventually.TrueAsync("the sidecar is at work", async () =>
                (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Any(s => s.Status.Phase == SnapshotPhase.Running));
            await KillSidecarAsync(demo);
            await Eventually.TrueAsync(
                "the chat says that it was interrupted", () => demo.Page.Cards.Count(c => IsInterrupted(c.Card)) == kill);
            Assert.Equal(
                Directory.GetFiles(demo.World.Archives, "*.tar.zst").Length, Directory.GetFiles(demo.World.Archives, "*.json").Length);
        }
        var cards = await demo.TypeAsync("/snapshot ghostwire");
        Assert.Equal(3, (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal")).Count(s => s.Status.Phase == SnapshotPhase.Failed));
        Assert.Contains(cards, c => c is { Title: "Snapshot of ghostwire", State: CardState.Succeeded });
        Assert.Single(Directory.GetFiles(demo.World.Archives, "*.tar.zst"));
        Assert.DoesNotContain(Directory.GetFiles(demo.World.Archives), path => Path.GetFileName(path).StartsWith('.'));
        var pod = (await demo.ListAsync(Kinds.Pods, "signal")).Single(p => p.Metadata.Name == "ghostwire-0");
        Assert.Equal(0, pod.Status.ContainerStatuses!.Single(c => c.Name == "signal").RestartCount);
        Assert.Equal(3, pod.Status.ContainerStatuses!.Single(c => c.Name == "sidecar").RestartCount);
        await using var books = MessageBooks.Of(demo.World.Home, signal: false);
        Assert.Empty((await books.CheckAsync(demo.World.Home)).Problems);
    }

    private static bool IsInterrupted(Card card) =>
        card.State == CardState.Failed && PlainText.Render(card).Contains("interrupted", StringComparison.Ordinal);

    private static async Task KillSidecarAsync(RunningDemo demo)
    {
        var id = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Single(name => Text(name!, "environ").Contains("SIDECAR_STORE=" + demo.World.Archives, StringComparison.Ordinal)
                && Text(name!, "cmdline").Contains(OwnPrograms.Sidecar[^1], StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(id!, System.Globalization.CultureInfo.InvariantCulture));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string Text(string process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended, or is another person's
        }
    }
}
