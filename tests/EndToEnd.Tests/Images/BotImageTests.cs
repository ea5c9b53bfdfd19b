using static ChatOps.EndToEnd.Tests.Images.Dockerfile;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>The bot as its image has it, published by the image's own command.</summary>
public sealed class BotImageTests : IDisposable
{
    private readonly Dockerfile _file = new("Dockerfile.bot");
    private readonly string _root = Directory.CreateTempSubdirectory("bot-image-").FullName;

    [Fact]
    public async Task The_published_bot_starts_says_what_is_wrong_with_its_settings_and_is_small()
    {
        var app = await _file.PublishAsync(_root);
        var settings = Path.Combine(_root, "chatops.yaml");
        File.WriteAllText(settings, "targets: 5\n");
        var told = await ShellAsync($"'{app}/chatops-bot' --config '{settings}' 2>&1 || true");
        Assert.Contains("chatops.yaml:1: targets must be a mapping", told, StringComparison.Ordinal);
        var bytes = long.Parse(await ShellAsync($"tar c -C '{_root}' app | gzip | wc -c"));
        // The base adds about 50 MB.
        Assert.InRange(bytes, 1_000_000, 20_000_000);
    }

    [Fact]
    public void The_image_has_no_shell_no_root_and_says_what_it_is()
    {
        var last = _file.Text[_file.Text.LastIndexOf("FROM ", StringComparison.Ordinal)..];
        Assert.Contains("-chiseled", _file.Text, StringComparison.Ordinal);
        Assert.Contains("USER 1000:1000", last, StringComparison.Ordinal);
        Assert.DoesNotContain("RUN ", last, StringComparison.Ordinal);
        Assert.Contains("org.opencontainers.image.version", last, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
