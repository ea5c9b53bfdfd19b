using System.CommandLine;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>Restores a snapshot, or single paths of it, into a directory, keeping what was there.</summary>
internal sealed class RestoreCommand : ISidecarCommand
{
    private readonly Argument<string> _name = SnapshotArgument.Make();
    private readonly Option<string> _into = new("--into") { Description = "The directory to restore into.", Required = true };
    private readonly Option<string?> _identity = IdentityOption.Make();
    private readonly Option<bool> _dryRun =
        new("--dry-run") { Description = "Only say what would happen, and whether there is room for it." };

    private readonly Option<bool> _ifEmpty = new("--if-empty")
    {
        Description = "Do nothing, and say so, unless the directory is empty; nor when there is no snapshot yet. For an init container.",
    };

    private readonly Option<string[]> _paths = new("--path")
    {
        Description = "Restore only this path below the home: a file, a folder or a glob; may be given again. It is put beside what is "
            + "there; a file that is there and not the same is kept as NAME.before-restore-TIME, with the -wal of a database.",
        AllowMultipleArgumentsPerToken = false,
    };

    public Command Shape =>
        new("restore", "Restore a snapshot; what was there is kept beside it.") { _name, _into, _paths, _dryRun, _ifEmpty, _identity };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar restore latest --store /mnt/backups --into ~/signal",
        "sidecar restore latest --into /home/kasm-user --if-empty",
        "sidecar restore latest --into ~/signal --path .config/Signal/config.json --dry-run",
        "sidecar restore signal-20261121T030000Z-1a2b3c --into ~/signal --identity key.txt",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var (name, into, identity) = (scope.Get(_name), scope.Get(_into)!, AgeIdentity.Parse(scope.Get(_identity)));
        var selection = scope.Get(_paths) is { Length: > 0 } paths ? PathSelection.Parse(paths).Value : null;
        if (scope.Get(_ifEmpty) && (selection is not null || scope.Get(_dryRun)))
            throw new FaultException(
                new Fault("BadOptions", "--if-empty restores everything or nothing", "Leave out --path and --dry-run, or it"));
        if (scope.Get(_dryRun))
        {
            var preview = await RestorePreview.MakeAsync(
                scope.Store, name, scope.Target, into, selection, scope.Time.GetUtcNow(), cancellation);
            return RestoreText.Preview(scope.Report, preview, identity is not null);
        }
        if (selection is not null)
        {
            var run = new PathRestoreRun(scope.Store, scope.Time, scope.Report.Progress, identity);
            RestoreText.Done(scope.Report, await run.RunAsync(name, scope.Target, into, selection, cancellation));
            return ExitCode.Done;
        }
        var whole = new RestoreRun(scope.Store, scope.Time, scope.Report.Progress, identity);
        RestoreText.Done(scope.Report, await whole.RunAsync(name, scope.Target, into, scope.Get(_ifEmpty), cancellation));
        return ExitCode.Done;
    }
}
