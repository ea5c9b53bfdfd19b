namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>
/// The bot as its image has it: published by the image's own command, alone in a root that nobody may write to, as a user without rights.
/// What it does so is in every other end-to-end test, as they run the published programs.
/// </summary>
public sealed class BotImageTests
{
    private readonly Dockerfile _file = new("Dockerfile.bot");

    [Fact]
    public async Task The_published_bot_starts_says_what_is_wrong_with_its_settings_and_is_small()
    {
        using var image = await ImageRoot.MakeAsync(_file);
        await File.WriteAllTextAsync(Path.Combine(image.Path, "chatops.yaml"), "targets: 5\n", TestContext.Current.CancellationToken);
        var told = await image.RunAsync("/app/chatops-bot --config /chatops.yaml 2>&1 || true");
        Assert.Contains("chatops.yaml:1: targets must be a mapping", told, StringComparison.Ordinal);
        // The same bytes wherever it is built: nothing names the place.
        Assert.All(image.SourcesOf("chatops-bot.pdb"), source => Assert.StartsWith("/src/", source, StringComparison.Ordinal));
        // The base adds about 6 MB.
        Assert.InRange(await image.CompressedAsync(), 1_000_000, 39_000_000);
    }

    [Fact]
    public void The_image_has_no_shell_no_root_and_says_what_it_is() => _file.HasNoShellNoRootAndSaysWhatItIs();
}
