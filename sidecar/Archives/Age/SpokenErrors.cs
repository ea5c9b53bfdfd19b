using System.Text;
using System.Text.RegularExpressions;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// Takes everything a program says on standard error, so that it never waits for us, and keeps only the beginning: one clean line without
/// control characters and without anything that looks like a secret key.
/// </summary>
internal sealed partial class SpokenErrors
{
    private const int Kept = 2048, Shown = 300;

    private readonly byte[] _beginning = new byte[Kept];
    private readonly Thread _reader;
    private int _filled;

    public SpokenErrors(Stream errors)
    {
        _reader = new(() => Drain(errors)) { IsBackground = true, Name = "age errors" };
        _reader.Start();
    }

    /// <summary>Empty, or begins with a colon. To be asked when the program has ended.</summary>
    public string Text()
    {
        _reader.Join(TimeSpan.FromSeconds(1));
        var text = Clean(Encoding.UTF8.GetString(_beginning, 0, Volatile.Read(ref _filled)));
        return text.Length == 0 ? "" : $": {text}";
    }

    public static string Clean(string raw)
    {
        var lines = raw.Split('\n').Where(line => !line.Contains("report unexpected or unhelpful", StringComparison.Ordinal))
            .Select(line => Prefix().Replace(line, "").Trim()).Where(line => line.Length > 0);
        var text = Secrets().Replace(Unprintable().Replace(string.Join("; ", lines), " "), "***");
        return text.Length > Shown ? text[..Shown] + "…" : text;
    }

    private void Drain(Stream errors)
    {
        var chunk = new byte[4096];
        try
        {
            int read;
            while ((read = errors.Read(chunk)) > 0)
            {
                var kept = Math.Min(read, Kept - _filled);
                chunk.AsSpan(0, kept).CopyTo(_beginning.AsSpan(_filled));
                Volatile.Write(ref _filled, _filled + kept);
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The program is being put away; what it said so far is all there is.
        }
    }

    [GeneratedRegex("^age: (error: |warning: )?")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"[\p{C}\s]+")]
    private static partial Regex Unprintable();

    [GeneratedRegex("AGE-(SECRET-KEY|PLUGIN)[-0-9A-Z]*|-----BEGIN.*", RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();
}
