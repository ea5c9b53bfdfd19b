using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>The platforms this bot talks on, by name.</summary>
internal sealed class ChatPlatforms(IReadOnlyList<IChatPlatform> all)
{
    public IReadOnlyList<IChatPlatform> All => all;

    public IChatPlatform? Find(string name) => all.FirstOrDefault(p => p.Name == name);

    public Task<MessageReference> SendAsync(string platform, string channel, Card card, CancellationToken ct) =>
        Named(platform).SendAsync(channel, card, ct);

    public Task<MessageReference> AnswerAsync(Invocation invocation, Card card, bool alone, CancellationToken ct) =>
        Named(invocation.Platform).AnswerAsync(invocation, card, alone, ct);

    private IChatPlatform Named(string name) => Find(name) ?? throw new PlatformException($"{name} is not configured", retry: false);
}
