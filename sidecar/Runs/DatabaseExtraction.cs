using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite.Checks;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// Takes the databases out of an archive as it passes, each to a file of its own in scratch, still encrypted as in the home, and keeps in
/// memory the settings their keys are in.
/// </summary>
internal sealed class DatabaseExtraction(string scratch, IReadOnlyList<DatabaseFacts> databases) : IEntrySink, IDisposable
{
    private const int LongestConfig = 1 << 20;

    private readonly HashSet<string> _wanted = [.. databases.Select(facts => facts.Path)];
    private readonly HashSet<string> _configs = [.. databases.Select(facts => CipherKey.ConfigOf(facts.Path)).OfType<string>()];
    private readonly Dictionary<string, SpooledDatabase> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryStream> _settings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _journals = new(StringComparer.Ordinal);
    private SpooledDatabase? _database;
    private MemoryStream? _config;

    public SpooledDatabase? Find(string path) => _taken.GetValueOrDefault(path);

    /// <summary>A rollback journal lies beside it: as it is, it is not the database.</summary>
    public bool HasJournal(string path) => _journals.Contains(path);

    public CipherKey? KeyOf(string path) => CipherKey.ConfigOf(path) is { } config && _settings.TryGetValue(config, out var bytes)
        ? CipherKey.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length))
        : null;

    public void Begin(ArchiveEntry entry)
    {
        if (entry.Kind != EntryKind.File)
            return;
        if (_wanted.Contains(entry.Path))
            _taken[entry.Path] = _database = SpooledDatabase.Create(scratch);
        else if (_configs.Contains(entry.Path) && entry.Size <= LongestConfig)
            _settings[entry.Path] = _config = new((int)entry.Size);
        else if (entry.Path.EndsWith("-journal", StringComparison.Ordinal) && _wanted.Contains(entry.Path[..^"-journal".Length]))
            _journals.Add(entry.Path[..^"-journal".Length]);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _database?.Append(bytes);
        _config?.Write(bytes);
    }

    public void End(ArchiveEntry entry) => (_database, _config) = (null, null);

    public void Dispose()
    {
        foreach (var copy in _taken.Values)
            copy.Dispose();
        foreach (var config in _settings.Values)
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(config.GetBuffer());
    }
}
