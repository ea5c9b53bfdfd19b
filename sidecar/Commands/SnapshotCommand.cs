using System.CommandLine;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Commands;

/// <summary>Takes a snapshot of the home now.</summary>
internal sealed class SnapshotCommand : ISidecarCommand
{
    public Command Shape => new("snapshot", "Take a snapshot of the home now.");

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar snapshot --home ~/signal --store /mnt/backups --target signal",
        "sidecar snapshot --store s3://my-backups/signal --encrypt-to age1… --target signal",
        "sidecar snapshot --config sidecar.yaml --rate 20MB --nice 10",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var request = scope.Settings.Request(scope.RequiredTarget());
        var manifest = await new SnapshotRun(request, scope.Store, scope.Time, scope.Report.Progress).RunAsync(cancellation);
        scope.Report.Done(ManifestText.Summary(manifest), json => ManifestText.WriteFields(json, manifest));
        return ExitCode.Of(manifest);
    }
}
