using System.CommandLine;

namespace ChatOps.Sidecar.Commands;

/// <summary>The options every command understands; each has an environment variable for the pod.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Home { get; } = Make("--home", "SIDECAR_HOME", "/home/kasm-user", "The directory to protect.");

    public Option<string?> Store { get; } = Optional("--store", "SIDECAR_STORE", "The directory that keeps the archives.");

    public Option<string?> Target { get; } = Optional("--target", "SIDECAR_TARGET",
        "The target's name, the first part of a snapshot's name.");

    public Option<string> Scratch { get; } = Make(
        "--scratch", "SIDECAR_SCRATCH", Path.GetTempPath(), "Where databases are spooled; empty for nowhere.");

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object a line instead of text.", Recursive = true };

    public IEnumerable<Option> All => [Home, Store, Target, Scratch, Json];

    private static Option<string> Make(string name, string variable, string fallback, string description) => new(name)
    {
        Description = $"{description} [{variable}]",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) ?? fallback,
    };

    private static Option<string?> Optional(string name, string variable, string description) => new(name)
    {
        Description = $"{description} [{variable}]",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable),
    };
}
