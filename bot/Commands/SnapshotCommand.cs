using ChatOps.Bot.Access;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>Takes a snapshot of a target's home now.</summary>
internal sealed class SnapshotCommand(
    BotSettings settings, AccessRules access, StrategyCatalog strategies, SnapshotRequests requests) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "snapshot", "take a snapshot of its data, without stopping it", Permission.Snapshot, TargetOption.Required);

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Snapshot);
        // What would only show when nobody has begun it.
        if (target.Home is not null && SidecarState.WhyNone(target, await strategies.For(target).ReadAsync(target, ct)) is
            { Kind: SidecarState.Stopped } stopped) throw new FaultException(stopped);
        return await TakeAsync(requests, target, call, ct);
    }

    /// <summary>Asks for one now; the message that answers then shows it.</summary>
    public static async Task<Reply> TakeAsync(SnapshotRequests requests, Target target, CommandCall call, CancellationToken ct)
    {
        var asked = $"{call.Invocation.Platform}:{call.Person.Name}";
        var earlier = await requests.CreateAsync(target, asked, call.Invocation.Id, call.Message, ct);
        return earlier is null || MessageReference.Of(earlier).Contains(call.Message)
            ? new Reply.Live()
            : new Card(CardState.Information, $"{earlier.Metadata.Name} was asked for already");
    }
}
