using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>The platforms this bot talks on, by name.</summary>
internal sealed class ChatPlatforms(IReadOnlyList<IChatPlatform> all)
{
    public IReadOnlyList<IChatPlatform> All => all;

    public IChatPlatform? Find(string name) => all.FirstOrDefault(p => p.Name == name);

    public Task<MessageReference> SendAsync(string platform, string channel, Card card, CancellationToken ct) =>
        Find(platform)?.SendAsync(channel, card, ct) ?? throw new PlatformException($"{platform} is not configured", retry: false);
}
