using ChatOps.Values;

namespace ChatOps.Bot.Settings;

/// <summary>Loads the settings from a file; what is wrong with it is told all at once.</summary>
internal static class SettingsFile
{
    public static BotSettings Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(new("NoSettings", $"read {path}: {e.Message}", "Name the file with --config or CHATOPS_CONFIG"), e);
        }
        var (settings, faults) = SettingsReader.Read(text);
        if (settings is not null) return settings;
        var lines = faults.Select(f => $"\n  {path}:{f.Line}: {f.Message}");
        throw new FaultException(new("BadSettings", $"{path} has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}:{string.Concat(lines)}"));
    }
}
