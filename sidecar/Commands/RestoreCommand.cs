using System.CommandLine;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Commands;

/// <summary>Restores a snapshot into a directory, keeping what was there.</summary>
internal sealed class RestoreCommand : ISidecarCommand
{
    private readonly Argument<string> _name = SnapshotArgument.Make();
    private readonly Option<string> _into = new("--into") { Description = "The directory to restore into.", Required = true };
    private readonly Option<string?> _identity = IdentityOption.Make();
    private readonly Option<bool> _ifEmpty = new("--if-empty")
    {
        Description = "Do nothing, and say so, unless the directory is empty; nor when there is no snapshot yet. For an init container.",
    };

    public Command Shape => new("restore", "Restore a snapshot; what was there is kept beside it.") { _name, _into, _ifEmpty, _identity };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar restore latest --store /mnt/backups --into ~/signal",
        "sidecar restore latest --into /home/kasm-user --if-empty",
        "sidecar restore signal-20261121T030000Z-1a2b3c --into ~/signal --identity key.txt",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var run = new RestoreRun(scope.Store, scope.Time, scope.Report.Progress, AgeIdentity.Parse(scope.Get(_identity)));
        var outcome = await run.RunAsync(scope.Get(_name), scope.Target, scope.Get(_into)!, scope.Get(_ifEmpty), cancellation);
        scope.Report.Done(Text(outcome), json =>
        {
            json.WriteString("restored", outcome.Restored?.Name);
            json.WriteString("into", outcome.Into);
            json.WriteString("before", outcome.Before);
            json.WriteBoolean("ownersKept", outcome.OwnersKept);
            json.WriteString("note", outcome.Note);
        });
        return ExitCode.Done;
    }

    private static string Text(RestoreOutcome outcome)
    {
        if (outcome.Restored is null)
            return $"{outcome.Into}: {outcome.Note}";
        var text = $"{outcome.Restored.Name} is restored in {outcome.Into}";
        if (outcome.Before is not null)
            text += $"\n  what was there is in {outcome.Before}";
        if (!outcome.OwnersKept)
            text += "\n  some files belong to this user now: only root can give files away";
        return outcome.Note is null ? text : $"{text}\n  {outcome.Note}";
    }
}
