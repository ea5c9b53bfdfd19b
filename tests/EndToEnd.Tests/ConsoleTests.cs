using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace ChatOps.EndToEnd.Tests;

/// <summary>The whole path on the web console, in a real browser at the size of a phone and of a desktop.</summary>
public sealed class ConsoleTests(Browser browser)
{
    public static TheoryData<string> Screens => ["phone", "desktop"];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_person_takes_a_snapshot_deploys_and_goes_back_with_data(string screen)
    {
        await using var window = await browser.OpenAsync(Screen.Named(screen));
        await using var world = await DemoWorld.StartAsync(new DemoOptions(), TestContext.Current.CancellationToken);
        await window.GoAsync(world.SignInLink);
        await Expect(window.Link).ToHaveTextAsync("live");
        await window.ShowAsync("1-empty");
        await CompleteAsync(window);
        await SnapshotAsync(window);
        await DeployAsync(window);
        await GoBackAsync(window);
        await Expect(window.Page.Locator("#lanes svg circle")).ToHaveCountAsync(3);
        await Expect(window.Page.Locator("#lanes svg rect")).ToHaveCountAsync(2);
        window.AssertNoComplaints();
    }

    private static async Task CompleteAsync(ConsoleWindow window)
    {
        await window.TapAsync(window.Line);
        await window.Line.PressSequentiallyAsync("/sn");
        var options = window.Page.Locator("#suggestions li");
        await Expect(options).ToHaveCountAsync(2);
        await window.ShowAsync("2-completion");
        await window.TapAsync(options.First);
        await Expect(window.Line).ToHaveValueAsync("/snapshot ");
        await window.TapAsync(options.Filter(new() { HasText = "ghostwire" }).First);
        await Expect(window.Line).ToHaveValueAsync("/snapshot ghostwire");
    }

    private static async Task SnapshotAsync(ConsoleWindow window)
    {
        await window.TapAsync(window.Page.GetByText("Send", new() { Exact = true }));
        await Expect(window.Card("working", "Snapshot of ghostwire").Locator(".bar")).ToBeVisibleAsync();
        await window.ShowAsync("3-snapshot-working");
        await Expect(window.Card("succeeded", "Snapshot of ghostwire")).ToContainTextAsync("never waited");
        await window.ShowAsync("4-snapshot");
    }

    private static async Task DeployAsync(ConsoleWindow window)
    {
        await window.SayAsync("/deploy ghostwire 1.19.0");
        var plan = window.Card("waiting", "Deploy ghostwire 1.19.0");
        await Expect(plan).ToContainTextAsync("needs approval");
        await window.ShowAsync("5-plan");
        await window.ActAsAsync("approver");
        await window.TapAsync(plan.GetByText("Approve", new() { Exact = true }));
        await Expect(window.Card("working", "Deploy ghostwire 1.19.0").Locator(".bar")).ToBeVisibleAsync();
        await window.ShowAsync("6-deploy-working");
        await Expect(window.Card("succeeded", "Deploy ghostwire 1.19.0")).ToContainTextAsync("approved by approver");
        await window.ShowAsync("7-deployed");
    }

    private static async Task GoBackAsync(ConsoleWindow window)
    {
        await window.ActAsAsync("operator");
        await window.SayAsync("/rollback ghostwire");
        var danger = window.Card("waiting", "image only, or with data?").GetByText("Image and data");
        await window.TapAsync(danger);
        await Expect(danger).ToHaveTextAsync("Image and data: sure?");
        await window.ShowAsync("8-sure");
        await window.TapAsync(danger);
        var plan = window.Card("waiting", "Roll back ghostwire to 1.18.0 with data");
        await Expect(plan).ToContainTextAsync("what came after is gone");
        await window.ActAsAsync("approver");
        await window.TapAsync(plan.GetByText("Approve", new() { Exact = true }));
        await Expect(window.Card("succeeded", "Roll back ghostwire to 1.18.0 with data")).ToContainTextAsync("was away");
        await Expect(window.Page.Locator("#lanes .open")).ToHaveCountAsync(0);
        await window.ShowAsync("9-back");
    }
}
