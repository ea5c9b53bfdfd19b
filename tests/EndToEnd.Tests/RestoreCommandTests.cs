using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Support;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The bad day: what a release did to the data is taken back from the phone, whatever has become of the application.</summary>
public sealed class RestoreCommandTests
{
    [Theory]
    [InlineData("embedded")]
    [InlineData("real")]
    public async Task What_a_failed_release_did_to_the_data_is_taken_back_and_so_it_is_of_one_that_is_stopped(string kind)
    {
        await using var demo = await RunningDemo.StartAsync(RunningDemo.Small, kind);
        await using var books = MessageBooks.Of(demo.World.Home, signal: false);
        var failed = Assert.Single(await demo.DeployAsync("crash", 1), c => c.Title == "Deploy ghostwire crash: rolled back");
        var offer = Assert.Single(failed.Buttons);
        Assert.Equal("/restore ghostwire ghostwire-before-1", offer.Action);
        var spoilt = await SpoilAsync(demo);
        await demo.TypeAsync(offer.Action);
        var done = await demo.TypeAsync("/approve 2", "approver");
        var card = Assert.Single(done, c => c is { State: CardState.Succeeded, Title: "Restore the data of ghostwire" });
        Assert.Contains(card.Lines, l => l.StartsWith("with the data of ghostwire-", StringComparison.Ordinal));
        Assert.False(File.Exists(spoilt));
        Assert.Empty((await books.CheckAsync(demo.World.Home)).Problems);

        await demo.Kubectl.OkAsync("scale statefulset ghostwire -n signal --replicas=0");
        await demo.Kubectl.OkAsync("wait --for=delete pod/ghostwire-0 -n signal --timeout=60s");
        spoilt = await SpoilAsync(demo);
        var choice = Assert.Single(await demo.TypeAsync("/restore ghostwire"), c => c.Buttons.Count > 0);
        Assert.Equal(
            ["/restore ghostwire ghostwire-before-2", "/restore ghostwire ghostwire-before-1"], choice.Buttons.Select(b => b.Action));
        var plan = Assert.Single(await demo.TypeAsync(choice.Buttons[1].Action), c => c.State == CardState.Waiting);
        Assert.Contains("it is stopped: no snapshot of now is taken", PlainText.Render(plan), StringComparison.Ordinal);
        done = await demo.TypeAsync("/approve 3", "approver");
        Assert.Single(done, c => c is { State: CardState.Succeeded, Title: "Restore the data of ghostwire" });
        Assert.False(File.Exists(spoilt));
        Assert.Equal("0", await demo.Kubectl.OkAsync("get statefulset ghostwire -n signal -o jsonpath={.spec.replicas}"));
        // Beside the home, or in it where that is a volume of its own.
        var aside = new[] { demo.World.Home, Path.GetDirectoryName(demo.World.Home)! }
            .SelectMany(place => Directory.GetDirectories(place, "*before-restore-*"));
        Assert.Contains(aside, folder => File.Exists(Path.Combine(folder, Path.GetFileName(spoilt))));
    }

    private static async Task<string> SpoilAsync(RunningDemo demo)
    {
        var path = Path.Combine(demo.World.Home, "migrated-by-the-newer-version");
        await File.WriteAllTextAsync(path, "which the older one does not read", TestContext.Current.CancellationToken);
        return path;
    }
}
