using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// How archives are encrypted before they leave, as a person said it. An archive holds Signal's own key, so one that is not encrypted is as
/// good as the plain messages: nobody gets it into others' hands without having said so.
/// </summary>
internal enum Encryption
{
    /// <summary>Nobody said anything.</summary>
    Unsaid,

    /// <summary>Not at all, and somebody wants it so.</summary>
    None,
}

internal static class EncryptionChoice
{
    private const string Hint = "Say --encryption none (SIDECAR_ENCRYPTION=none) if whoever reads the store may read every message";

    public static Encryption Parse(string? text) => text switch
    {
        null or "" => Encryption.Unsaid,
        "none" => Encryption.None,
        _ => throw new FaultException(new Fault("BadEncryption", $"'{text}' is no kind of encryption this build has", Hint)),
    };

    /// <param name="remote">Whether others keep the archive.</param>
    public static Fault? Check(Encryption choice, bool remote, string location) => remote && choice == Encryption.Unsaid
        ? new("EncryptionRequired", $"the archive would leave for {location} without encryption, Signal's key in it", Hint)
        : null;
}
