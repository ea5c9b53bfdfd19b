using ChatOps.Bot.Access;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;

namespace ChatOps.Bot.Commands;

/// <summary>Takes a snapshot of a target's home now.</summary>
internal sealed class SnapshotCommand(BotSettings settings, AccessRules access, SnapshotRequests requests) : ICommand
{
    public CommandDeclaration Declaration { get; } = new("snapshot", "take a snapshot of its data, without stopping it", Permission.Snapshot, TargetOption.Required);

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Snapshot);
        await requests.CreateAsync(target, $"{call.Invocation.Platform}:{call.Person.Name}", call.Invocation.Id, call.Message, ct);
        return new Reply.Live();
    }
}
