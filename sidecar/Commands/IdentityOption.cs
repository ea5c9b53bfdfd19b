using System.CommandLine;

namespace ChatOps.Sidecar.Commands;

/// <summary>The option that names the file with secret keys; only commands that read archives have it.</summary>
internal static class IdentityOption
{
    public const string Variable = "SIDECAR_IDENTITY";

    public static Option<string?> Make() => new("--identity")
    {
        Description = $"The file with the secret key that opens an encrypted archive. [{Variable}]",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable),
    };
}
