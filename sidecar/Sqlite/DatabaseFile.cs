namespace ChatOps.Sidecar.Sqlite;

/// <summary>Where one database lies: its path below the home as the archive names it, and the paths of its files.</summary>
internal sealed record DatabaseFile(string Home, string RelativePath)
{
    public string Main { get; } = Path.Combine(Home, RelativePath);

    public string Wal => Main + "-wal";

    public string Index => Main + "-shm";

    public string Journal => Main + "-journal";

    public override string ToString() => RelativePath;
}
