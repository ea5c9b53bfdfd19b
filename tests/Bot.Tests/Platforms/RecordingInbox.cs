using System.Collections.Concurrent;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>An inbox that a test looks into, and that does what the test says.</summary>
internal class RecordingInbox : IChatInbox
{
    public ConcurrentQueue<Invocation> Typed { get; } = [];

    public ConcurrentQueue<(Invocation Invocation, string Action)> Pressed { get; } = [];

    /// <summary>What a command does; until it ends, its delivery is not done.</summary>
    public Func<Invocation, Task> OnTyped { get; set; } = _ => Task.CompletedTask;

    public Func<Invocation, Task<string?>> OnPressed { get; set; } = _ => Task.FromResult<string?>(null);

    public async Task CommandAsync(Invocation invocation, CancellationToken ct)
    {
        Typed.Enqueue(invocation);
        await OnTyped(invocation).WaitAsync(ct);
    }

    public Task<string?> PressAsync(Invocation invocation, string action, CancellationToken ct)
    {
        Pressed.Enqueue((invocation, action));
        return OnPressed(invocation).WaitAsync(ct);
    }
}
