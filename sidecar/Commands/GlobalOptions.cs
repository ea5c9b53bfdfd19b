using System.CommandLine;

namespace ChatOps.Sidecar.Commands;

/// <summary>The options every command understands; each has an environment variable for the pod.</summary>
internal sealed class GlobalOptions
{
    public const string StoreOptionsVariable = "SIDECAR_STORE_OPTIONS";
    public const string EncryptToVariable = "SIDECAR_ENCRYPT_TO";

    public Option<string> Home { get; } = Make("--home", "SIDECAR_HOME", "/home/kasm-user", "The directory to protect.");

    public Option<string?> Store { get; } = Optional("--store", "SIDECAR_STORE", "What keeps the archives: DIR, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.");

    /// <summary>The variable is read apart: its value is a list with commas.</summary>
    public Option<string[]> StoreOption { get; } = new("--store-option")
    {
        Description = $"One option of the store, NAME=VALUE; may be given again. [{StoreOptionsVariable}, with commas]",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string?> Encryption { get; } = Optional("--encryption", "SIDECAR_ENCRYPTION",
        "How archives are encrypted, age or none; a store that others keep wants to be told.");

    public Option<string[]> EncryptTo { get; } = new("--encrypt-to")
    {
        Description = $"A public key, age1… or of SSH, to encrypt archives to; may be given again. [{EncryptToVariable}, with commas]",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string?> Target { get; } = Optional("--target", "SIDECAR_TARGET",
        "The target's name, the first part of a snapshot's name.");

    public Option<string> Scratch { get; } = Make(
        "--scratch", "SIDECAR_SCRATCH", Path.GetTempPath(), "Where databases are spooled; empty for nowhere.");

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object a line instead of text.", Recursive = true };

    public IEnumerable<Option> All => [Home, Store, StoreOption, Encryption, EncryptTo, Target, Scratch, Json];

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
