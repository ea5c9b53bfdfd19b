using System.CommandLine;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Commands;

/// <summary>Reads a snapshot back from the store and says whether all of it agrees.</summary>
internal sealed class VerifyCommand : ISidecarCommand
{
    private readonly Argument<string> _name = SnapshotArgument.Make();

    public Command Shape => new("verify", "Read a snapshot back from the store and check every byte against its manifest.") { _name };

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var store = scope.Store;
        var chosen = (await SnapshotChoice.FindAsync(store, scope.Target, scope.Get(_name), cancellation)).Value;
        var manifest = await new VerifyRun(store, scope.Report.Progress).RunAsync(chosen.Name, cancellation);
        scope.Report.Done(
            $"{manifest.Name}: {manifest.FileCount} files agree with the manifest\n  checked: {string.Join(", ", VerifyRun.Checks)}",
            json =>
            {
                json.WriteString("name", manifest.Name);
                json.WriteNumber("fileCount", manifest.FileCount);
                json.WriteStartArray("checks");
                foreach (var check in VerifyRun.Checks)
                    json.WriteStringValue(check);
                json.WriteEndArray();
            });
        return ExitCode.Done;
    }
}
