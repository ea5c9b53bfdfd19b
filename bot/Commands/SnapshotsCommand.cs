using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>The snapshots there are, newest first.</summary>
internal sealed class SnapshotsCommand(BotSettings settings, AccessRules access, SnapshotBoard snapshots, TimeProvider time) : ICommand
{
    private const int Most = 7;

    public CommandDeclaration Declaration { get; } = new(
        "snapshots", "the snapshots there are, newest first", Permission.View, TargetOption.Required);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.View);
        var all = snapshots.Of(target.Name).ToList();
        if (all.Count == 0)
        {
            return Task.FromResult<Reply>(new Card(CardState.Information, $"No snapshot of {target.Name} yet")
            {
                Buttons = target.Home is null ? [] : [new Button($"/snapshot {target.Name}", "Take one now", ButtonStyle.Primary)],
            });
        }
        return Task.FromResult<Reply>(new Card(CardState.Information, $"{Counted.Of(all.Count, "snapshot")} of {target.Name}")
        {
            Lines = [.. all.Take(Most).Select(Line)],
            Buttons = RestoreCommand.Buttons(all.Where(RestoreCommand.IsRestorable), time.GetUtcNow()),
            Footer = all.Count > Most ? $"and {all.Count - Most} older; all: kubectl -n {target.Namespace} get snapshots" : null,
        });
    }

    private string Line(Snapshot snapshot)
    {
        var status = snapshot.Status;
        var when = Phrases.When(status.CutTime ?? snapshot.Metadata.CreationTimestamp ?? time.GetUtcNow(), time.GetUtcNow());
        var name = snapshot.Metadata.Name;
        return status.Phase switch
        {
            SnapshotPhase.Succeeded =>
                $"{(status.FailedChecks is null ? "✔" : "⚠")} {when} · {new ByteSize(status.Archive?.Bytes ?? 0)} · {name}",
            SnapshotPhase.Failed => $"✘ {when} · {status.Error?.Reason} · {name}",
            _ => $"⏳ {when} · {status.Phase.ToString().ToLowerInvariant()} · {name}",
        };
    }
}
