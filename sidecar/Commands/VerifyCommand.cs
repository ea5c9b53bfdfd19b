using System.CommandLine;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>Reads a snapshot back from the store and says whether all of it agrees.</summary>
internal sealed class VerifyCommand : ISidecarCommand
{
    private readonly Argument<string> _name = SnapshotArgument.Make();
    private readonly Option<string?> _identity = IdentityOption.Make();

    public Command Shape =>
        new("verify", "Read a snapshot back from the store and check every byte against its manifest.") { _name, _identity };

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var store = scope.Store;
        var chosen = (await SnapshotChoice.FindAsync(store, scope.Target, scope.Get(_name), cancellation)).Value;
        var identity = AgeIdentity.Parse(scope.Get(_identity));
        var manifest = await new VerifyRun(store, scope.Report.Progress, identity).RunAsync(chosen.Name, cancellation);
        var checks = VerifyRun.ChecksOf(manifest, identity is not null);
        scope.Report.Done(
            $"{manifest.Name}: {Agreement(manifest, identity)}\n  checked: {string.Join(", ", checks)}",
            json =>
            {
                json.WriteString("name", manifest.Name);
                json.WriteNumber("fileCount", manifest.FileCount);
                json.WriteStartArray("checks");
                foreach (var check in checks)
                    json.WriteStringValue(check);
                json.WriteEndArray();
            });
        return ExitCode.Done;
    }

    private static string Agreement(Manifest manifest, AgeIdentity? identity) => manifest.IsEncrypted && identity is null
        ? $"{new ByteSize(manifest.BytesOut)} are stored as they were written; to check what is inside, give --identity FILE"
        : $"{manifest.FileCount} files agree with the manifest";
}
