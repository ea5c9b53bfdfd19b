namespace ChatOps.Sidecar.Archives;

/// <summary>What the bytes of an archive are, and the suffix that says so: a store finds it under whichever it was begun with.</summary>
internal sealed record ArchiveForm
{
    public static readonly ArchiveForm Plain = new(".tar.zst");
    public static readonly ArchiveForm Encrypted = new(Plain.Suffix + ".age");
    public static readonly IReadOnlyList<ArchiveForm> All = [Plain, Encrypted];

    private ArchiveForm(string suffix) => Suffix = suffix;

    public string Suffix { get; }
}
