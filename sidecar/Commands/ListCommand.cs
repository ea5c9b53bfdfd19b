using System.CommandLine;
using System.Globalization;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>Lists the snapshots of the store, newest first.</summary>
internal sealed class ListCommand : ISidecarCommand
{
    public Command Shape => new("list", "List the snapshots in the store, newest first.");

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar list --store /mnt/backups",
        "sidecar list --target signal --json",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var found = 0;
        await foreach (var manifest in scope.Store.ListAsync(cancellation))
        {
            if (scope.Target is { } target && manifest.Target != target)
                continue;
            found++;
            var time = manifest.CutAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            scope.Report.Done(
                $"{manifest.Name,-48} {time}  {new ByteSize(manifest.BytesOut),8}  {manifest.Databases.Count} databases  "
                    + (manifest.Verification.Failures.Count > 0 ? "CHECK FAILED" : manifest.Missed.Any() ? "INCOMPLETE"
                        : string.Join(",", manifest.Verification.Checks)),
                json => ManifestText.WriteFields(json, manifest));
        }
        if (found == 0)
            scope.Report.Done("no snapshots yet", json => json.WriteNumber("count", 0));
        return ExitCode.Done;
    }
}
