using System.Globalization;

namespace ChatOps.Settings;

/// <summary>One thing wrong with a settings file, and where.</summary>
public sealed record SettingsFault(long Line, string Message)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"line {Line}: {Message}");
}
