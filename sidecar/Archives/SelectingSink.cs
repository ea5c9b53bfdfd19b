namespace ChatOps.Sidecar.Archives;

/// <summary>Passes on the members somebody wants, and of the folders they lie in the mode, owner and time: those come last in an
/// archive.</summary>
internal sealed class SelectingSink(IEntrySink below, Func<string, bool> wanted) : IEntrySink
{
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private bool _passing;

    public void Begin(ArchiveEntry entry)
    {
        _passing = wanted(entry.Path) || (entry.Kind == EntryKind.Directory && _folders.Contains(entry.Path));
        if (!_passing)
            return;
        foreach (var folder in PathSelection.Upwards(entry.Path).Skip(1))
            _folders.Add(folder);
        below.Begin(entry);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_passing)
            below.Write(bytes);
    }

    public void End(ArchiveEntry entry)
    {
        if (_passing)
            below.End(entry);
    }
}
