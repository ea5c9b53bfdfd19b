using System.CommandLine;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Commands;

/// <summary>Takes a snapshot of the home now.</summary>
internal sealed class SnapshotCommand : ISidecarCommand
{
    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Leave out what matches this glob, besides what is left out by default.",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<double> _hold = new("--hold")
    {
        Description = "Longest time in seconds databases may be held still.",
        DefaultValueFactory = _ => PinLimits.Default.Hold.TotalSeconds,
    };

    private readonly Option<double> _wait = new("--wait")
    {
        Description = "Longest time in seconds to wait for a lock.",
        DefaultValueFactory = _ => PinLimits.Default.Wait.TotalSeconds,
    };

    public Command Shape => new("snapshot", "Take a snapshot of the home now.") { _exclude, _hold, _wait };

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var request = new SnapshotRequest
        {
            Target = scope.RequiredTarget(),
            Home = Path.GetFullPath(scope.Home),
            Scratch = scope.Scratch,
            Encryption = scope.Encryption,
            Excludes = [.. PathGlobs.LeftOutByDefault, .. scope.Get(_exclude) ?? []],
            Limits = new(TimeSpan.FromSeconds(scope.Get(_wait)), TimeSpan.FromSeconds(scope.Get(_hold))),
        };
        var manifest = await new SnapshotRun(request, scope.Store, scope.Time, scope.Report.Progress).RunAsync(cancellation);
        scope.Report.Done(ManifestText.Summary(manifest), json => ManifestText.WriteFields(json, manifest));
        return ExitCode.Of(manifest);
    }
}
