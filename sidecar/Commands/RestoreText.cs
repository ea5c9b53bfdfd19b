using System.Text;
using System.Text.Json;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>The ends of a restore in words, and their fields for programs.</summary>
internal static class RestoreText
{
    private const int MostShown = 10;

    public static void Done(IReport report, RestoreOutcome outcome) => report.Done(Text(outcome), json =>
    {
        json.WriteString("restored", outcome.Restored?.Name);
        json.WriteString("into", outcome.Into);
        json.WriteString("before", outcome.Before);
        Array(json, "losses", outcome.Losses ?? []);
        json.WriteString("note", outcome.Note);
    });

    public static void Done(IReport report, PathRestoreOutcome outcome)
    {
        var text = new StringBuilder($"{outcome.Restored.Name}: {outcome.Placed.Count} restored in {outcome.Into}");
        List(text, "restored", outcome.Placed);
        List(text, "the same already", outcome.Same);
        List(text, "what was there is kept as", outcome.Kept);
        foreach (var loss in outcome.Losses)
            text.Append($"\n  {loss}");
        report.Done(text.ToString(), json =>
        {
            json.WriteString("restored", outcome.Restored.Name);
            json.WriteString("into", outcome.Into);
            Array(json, "placed", outcome.Placed);
            Array(json, "same", outcome.Same);
            Array(json, "kept", outcome.Kept);
            Array(json, "losses", outcome.Losses);
        });
    }

    /// <returns>Refused where it could not be done as things are.</returns>
    public static int Preview(IReport report, RestorePreview preview, bool identity)
    {
        var (needs, manifest) = (preview.Needs, preview.Manifest);
        var (room, key) = (preview.Free >= needs.Room, !manifest.IsEncrypted || identity);
        var text = new StringBuilder($"{manifest.Name} would be restored into {preview.Into}, {preview.Manner}; nothing was changed");
        text.Append($"\n  {Counted.Of(needs.Files, "file")}, {new ByteSize(needs.Bytes)}; "
            + $"takes {new ByteSize(needs.Room)} of the {new ByteSize(preview.Free)} free");
        if (!room)
            text.Append("\n  NOT ENOUGH ROOM: free some space, or remove an old .before-restore directory");
        if (manifest.IsEncrypted)
            text.Append(key ? "\n  it is encrypted; --identity is given, and not tried" : "\n  it is encrypted: --identity FILE IS NEEDED");
        if (preview.Refusal is { } refusal)
            text.Append($"\n  IT WOULD BE REFUSED: {refusal}");
        if (preview.Pending is { } pending)
            text.Append($"\n  first the interrupted restore of {pending} would be finished");
        List(text, "what is there would be kept as", preview.Manner.StartsWith("file", StringComparison.Ordinal)
            ? [.. preview.Kept.Select(path => path + ChildrenPlacement.BeforePrefix + "TIME")]
            : preview.Kept);
        report.Done(text.ToString(), json => Fields(json, preview, room, key));
        return room && key && preview.Refusal is null ? ExitCode.Done : ExitCode.Refused;
    }

    private static void Fields(Utf8JsonWriter json, RestorePreview preview, bool room, bool key)
    {
        json.WriteBoolean("dryRun", true);
        json.WriteString("name", preview.Manifest.Name);
        json.WriteString("into", preview.Into);
        json.WriteString("manner", preview.Manner);
        json.WriteNumber("files", preview.Needs.Files);
        json.WriteNumber("bytes", preview.Needs.Bytes);
        json.WriteNumber("room", preview.Needs.Room);
        json.WriteNumber("free", preview.Free);
        json.WriteBoolean("enoughRoom", room);
        json.WriteBoolean("identityMissing", !key);
        json.WriteString("refusal", preview.Refusal?.Message);
        json.WriteString("pending", preview.Pending);
        Array(json, "kept", preview.Kept);
    }

    private static string Text(RestoreOutcome outcome)
    {
        if (outcome.Restored is null)
            return $"{outcome.Into}: {outcome.Note}";
        var text = $"{outcome.Restored.Name} is restored in {outcome.Into}";
        if (outcome.Before is not null)
            text += $"\n  what was there is in {outcome.Before}";
        foreach (var loss in outcome.Losses ?? [])
            text += $"\n  {loss}";
        return outcome.Note is null ? text : $"{text}\n  {outcome.Note}";
    }

    private static void List(StringBuilder text, string what, IReadOnlyList<string> paths)
    {
        foreach (var path in paths.Take(MostShown))
            text.Append($"\n  {what}: {path}");
        if (paths.Count > MostShown)
            text.Append($"\n  {what}: {paths.Count - MostShown} more");
    }

    private static void Array(Utf8JsonWriter json, string property, IEnumerable<string> values)
    {
        json.WriteStartArray(property);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
