namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Takes the members of an archive in order. <see cref="Begin"/> is called once for each; its contents then go to <see cref="Write"/> in
/// order; <see cref="End"/> follows only when they had the size and the hash the manifest demands.
/// </summary>
internal interface IEntrySink
{
    void Begin(ArchiveEntry entry);

    void Write(ReadOnlySpan<byte> bytes);

    void End(ArchiveEntry entry);
}
