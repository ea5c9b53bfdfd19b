using System.CommandLine;
using System.Text;
using System.Text.Json;
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

    private readonly Option<bool> _drill = new("--drill")
    {
        Description = "Also take out the databases, to --scratch, and have SQLite check all of each. Starts nothing.",
    };

    public Command Shape =>
        new("verify", "Read a snapshot back from the store and check every byte against its manifest.") { _name, _identity, _drill };

    public IReadOnlyList<string> Examples { get; } =
    [
        "sidecar verify latest --store /mnt/backups",
        "sidecar verify latest --drill --identity key.txt",
    ];

    public async Task<int> RunAsync(CommandScope scope, CancellationToken cancellation)
    {
        var chosen = (await scope.ChooseAsync(scope.Get(_name), cancellation)).Value;
        var identity = AgeIdentity.Parse(scope.Get(_identity));
        var outcome = scope.Get(_drill)
            ? await new DrillRun(scope.Store, scope.Settings.Scratch ?? Path.GetTempPath(), scope.Report.Progress, identity)
                .RunAsync(chosen, cancellation)
            : await VerifyAsync(scope, chosen, identity, cancellation);
        scope.Report.Done(Text(outcome, identity), json => Write(json, outcome));
        return outcome.Databases.Any(facts => facts.Integrity.StartsWith("failed", StringComparison.Ordinal))
            ? ExitCode.DoneWithNotes
            : ExitCode.Done;
    }

    private static async Task<DrillOutcome> VerifyAsync(
        CommandScope scope, Manifest chosen, AgeIdentity? identity, CancellationToken cancellation)
    {
        var manifest = await new VerifyRun(scope.Store, scope.Report.Progress, identity).RunAsync(chosen.Name, cancellation);
        return new(manifest, [], VerifyRun.ChecksOf(manifest, identity is not null));
    }

    private static string Text(DrillOutcome outcome, AgeIdentity? identity)
    {
        var text = new StringBuilder($"{outcome.Manifest.Name}: {Agreement(outcome.Manifest, identity)}");
        text.Append($"\n  checked: {string.Join(", ", outcome.Checks)}");
        foreach (var facts in outcome.Databases)
            text.Append($"\n  {facts.Path}: {facts.Integrity}");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, DrillOutcome outcome)
    {
        json.WriteString("name", outcome.Manifest.Name);
        json.WriteNumber("fileCount", outcome.Manifest.FileCount);
        json.WriteStartArray("checks");
        foreach (var check in outcome.Checks)
            json.WriteStringValue(check);
        json.WriteEndArray();
        json.WriteStartObject("databases");
        foreach (var facts in outcome.Databases)
            json.WriteString(facts.Path, facts.Integrity);
        json.WriteEndObject();
    }

    private static string Agreement(Manifest manifest, AgeIdentity? identity) => manifest.IsEncrypted && identity is null
        ? $"{new ByteSize(manifest.BytesOut)} are stored as they were written; to check what is inside, give --identity FILE"
        : $"{Counted.Of(manifest.FileCount, "file agrees", "files agree")} with the manifest";
}
