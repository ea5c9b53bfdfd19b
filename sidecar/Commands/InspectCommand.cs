using System.CommandLine;
using System.Text;
using ChatOps.Sidecar.Archives;

namespace ChatOps.Sidecar.Commands;

/// <summary>Shows what a snapshot holds, from its manifest alone.</summary>
internal sealed class InspectCommand : ISidecarCommand
{
    private readonly Argument<string> _name = SnapshotArgument.Make();

    public Command Shape => new("inspect", "Show what a snapshot holds, from its manifest.") { _name };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar inspect latest --store /mnt/backups",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var manifest = (await scope.ChooseAsync(scope.Get(_name), cancellation)).Value;
        scope.Report.Done(Text(manifest), json => ManifestText.WriteFields(json, manifest));
        return ExitCode.Done;
    }

    private static string Text(Manifest manifest)
    {
        var text = new StringBuilder(ManifestText.Summary(manifest));
        text.Append($"\n  cut: {manifest.Cut} at {manifest.CutAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff'Z'}");
        foreach (var database in manifest.Databases)
        {
            text.Append($"\n  {database.Path}: {(database.Encrypted ? "encrypted" : "plain")}, {database.JournalMode}");
            text.Append($"{(database.Live ? ", live" : "")}, {database.WalFrames} WAL frames merged, {database.Integrity}");
            if (database.VirtualTables > 0)
                text.Append($" ({database.VirtualTables} virtual tables left out)");
        }
        if (manifest.IsEncrypted)
            text.Append($"\n  encrypted with age to {string.Join(", ", manifest.Recipients ?? [])}");
        return text.Append($"\n  sha256 {manifest.ArchiveSha256}").ToString();
    }
}
