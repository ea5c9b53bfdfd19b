using ChatOps.Values;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>The file with the secret keys that open archives. Only its path is ever known here: age alone reads it.</summary>
internal sealed record AgeIdentity(string Path, AgeProgram Program)
{
    private const string Hint = "Give --identity FILE (SIDECAR_IDENTITY), the file `age-keygen -o key.txt` made";

    /// <summary>Null when none is given.</summary>
    public static AgeIdentity? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Contains("SECRET-KEY", StringComparison.OrdinalIgnoreCase) || text.Contains('\n'))
            throw new FaultException(new Fault("BadIdentity",
                "the identity is a secret key itself, which others can see on a command line; a file with it is wanted", Hint));
        return new(System.IO.Path.GetFullPath(text), AgeProgram.Installed);
    }

    public Fault? Check()
    {
        try
        {
            using var file = File.OpenHandle(Path);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new("BadIdentity", $"reading the identity file {Path}: {failure.Message}", Hint);
        }
    }

    public static Fault Required(Manifest manifest, string operation) => new("IdentityRequired",
        $"{operation} {manifest.Name} needs a secret key: it is encrypted to {string.Join(", ", manifest.Recipients ?? [])}", Hint);

    /// <param name="reason">What age said.</param>
    public Fault Wrong(Manifest manifest, Fault reason) => new("WrongIdentity",
        $"reading {manifest.Archive}: it is stored as it was written, but the identity file {Path} does not open it: {reason.Message}",
        $"Give --identity FILE with the secret key of one of {string.Join(", ", manifest.Recipients ?? [])}");
}
