using System.CommandLine;
using ChatOps.Sidecar.Settings;

namespace ChatOps.Sidecar.Commands;

/// <summary>The options every command understands: the settings, where their file is, and how to report.</summary>
internal sealed class GlobalOptions
{
    public const string ConfigVariable = "SIDECAR_CONFIG";

    public Option<string?> Config { get; } = new("--config")
    {
        Description = $"A sidecar.yaml with settings; a flag or variable that says another thing counts instead. [{ConfigVariable}]",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object a line instead of text.", Recursive = true };

    public IEnumerable<Option> All => [.. SettingCatalog.All.Select(setting => setting.Option), Config, Json];

    public SidecarSettings Read(ParseResult parsed, Func<string, string?> variables)
    {
        var file = parsed.GetValue(Config) ?? (variables(ConfigVariable) is { Length: > 0 } named ? named : null);
        return SidecarSettings.Read(new(
            setting => parsed.GetResult(setting.Option) is { Implicit: false } ? parsed.GetValue(setting.Option) : null, variables, file));
    }
}
