using ChatOps.Sidecar.Archives.Age;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// How archives are encrypted before they leave, as a person said it. An archive holds Signal's own key, so one that is not encrypted is as
/// good as the plain messages: nobody gets it into others' hands without having said so.
/// </summary>
internal sealed record Encryption
{
    /// <summary>Nobody said anything.</summary>
    public static readonly Encryption Unsaid = new([]);

    /// <summary>Not at all, and somebody wants it so.</summary>
    public static readonly Encryption None = new([]) { IsSaid = true };

    private const string Hint = "Give --encrypt-to age1… (SIDECAR_ENCRYPT_TO), or say --encryption none (SIDECAR_ENCRYPTION=none) "
        + "if whoever reads the store may read every message";

    private Encryption(IReadOnlyList<string> recipients) => Recipients = recipients;

    /// <summary>Public keys; empty when archives are not encrypted.</summary>
    public IReadOnlyList<string> Recipients { get; }

    public ArchiveForm Form => Recipients.Count > 0 ? ArchiveForm.Encrypted : ArchiveForm.Plain;

    private bool IsSaid { get; init; }

    public static Encryption To(params IReadOnlyList<string> recipients) => recipients.Count > 0
        ? new(recipients) { IsSaid = true }
        : throw new ArgumentException("there is nobody to encrypt to", nameof(recipients));

    /// <param name="kind">none, age, or nothing.</param>
    public static Encryption Parse(string? kind, IReadOnlyList<string> recipients) => (kind, recipients.Count) switch
    {
        (null or "", 0) => Unsaid,
        ("none", 0) => None,
        (null or "" or "age", > 0) => To(recipients),
        ("none", _) => throw Bad("there are recipients to encrypt to, and at the same time it is to be none"),
        ("age", _) => throw Bad("it is to be age, and there is no recipient to encrypt to"),
        _ => throw Bad($"'{kind}' is no kind of encryption this build has"),
    };

    /// <param name="remote">Whether others keep the archive.</param>
    public Fault? Check(bool remote, string location, AgeProgram age, CancellationToken cancellation)
    {
        if (Recipients.Count > 0)
            return AgeRecipients.Check(Recipients, age, cancellation);
        return remote && !IsSaid
            ? new("EncryptionRequired", $"the archive would leave for {location} unencrypted, with every secret of the home in it", Hint)
            : null;
    }

    private static FaultException Bad(string cause) => new(new Fault("BadEncryption", $"choosing the encryption: {cause}", Hint));
}
