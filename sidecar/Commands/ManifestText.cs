using System.Text;
using System.Text.Json;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>A manifest in words, and its fields for programs.</summary>
internal static class ManifestText
{
    public static string Summary(Manifest manifest)
    {
        var text = new StringBuilder();
        var taken = manifest.FinishedAt - manifest.StartedAt;
        text.Append($"{manifest.Name}: {Counted.Of(manifest.FileCount, "file")}, "
            + $"{new ByteSize(manifest.BytesIn)} into {new ByteSize(manifest.BytesOut)}");
        text.Append($" in {taken.TotalSeconds:0.0} s");
        text.Append(manifest.Databases.Count == 0
            ? "; no databases were found"
            : $"; {manifest.Databases.Count} databases held still for {manifest.PinnedMilliseconds:0} ms");
        text.Append($"\n  checked: {string.Join(", ", manifest.Verification.Checks)}");
        foreach (var failure in manifest.Verification.Failures)
            text.Append($"\n  FAILED: {failure}");
        if (manifest.Lost is { } lost)
            text.Append($"\n  LOST: {ManifestResult.Lost(lost)}");
        if (ManifestResult.Missed(manifest) is { } missed)
            text.Append($"\n  INCOMPLETE: {missed}");
        foreach (var path in manifest.Replaced ?? [])
            text.Append($"\n  REPLACED: {ManifestResult.Replaced(path)}");
        Note(text, "changed while it was read", manifest.ChangedWhileReading);
        Note(text, "vanished", manifest.Vanished);
        Note(text, "skipped", [.. manifest.Skipped.Select(skipped => $"{skipped.Path} ({skipped.Reason})")]);
        return text.ToString();
    }

    public static void WriteFields(Utf8JsonWriter json, Manifest manifest)
    {
        using var document = JsonDocument.Parse(ManifestJson.Serialize(manifest));
        foreach (var property in document.RootElement.EnumerateObject())
            property.WriteTo(json);
    }

    private static void Note(StringBuilder text, string what, IReadOnlyList<string> paths)
    {
        foreach (var path in paths.Take(10))
            text.Append($"\n  {what}: {path}");
        if (paths.Count > 10)
            text.Append($"\n  {what}: {paths.Count - 10} more, see the manifest");
    }
}
