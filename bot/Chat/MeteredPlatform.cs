using ChatOps.Resources;

namespace ChatOps.Bot.Chat;

/// <summary>Counts what another platform takes and refuses, and changes nothing of it.</summary>
internal sealed class MeteredPlatform(IChatPlatform below) : IChatPlatform
{
    public string Name => below.Name;

    public TimeSpan EditInterval => below.EditInterval;

    public bool Forgets => below.Forgets;

    public Task Connected => below.Connected;

    public Task RunAsync(IChatInbox inbox, CancellationToken ct) => below.RunAsync(inbox, ct);

    public Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct) =>
        CountAsync("send", () => below.SendAsync(channel, card, ct));

    public Task<MessageReference> AnswerAsync(Invocation invocation, Card card, bool alone, CancellationToken ct) =>
        CountAsync("answer", () => below.AnswerAsync(invocation, card, alone, ct));

    public Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct) => CountAsync("edit", async () =>
    {
        await below.EditAsync(message, settled, newest, ct);
        return true;
    });

    private async Task<T> CountAsync<T>(string call, Func<Task<T>> act)
    {
        try
        {
            var result = await act();
            PlatformMetrics.Sent(Name, call, "taken");
            return result;
        }
        catch (PlatformException e)
        {
            PlatformMetrics.Sent(Name, call, e.Retry ? "later" : "refused");
            throw;
        }
    }
}
