namespace ChatOps.Testing.Sqlite;

/// <summary>Knows where the node programs of tests/node lie and whether Signal's engine is installed for them.</summary>
public static class NodeParts
{
    public const string HowToGet = "node and @signalapp/sqlcipher are missing: run `make prerequisites`";

    public static string Root { get; } = FindRoot();

    public static bool Installed { get; } =
        Directory.Exists(Path.Combine(Root, "node_modules", "@signalapp", "sqlcipher"))
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "node")));

    public static string Script(string name) => Path.Combine(Root, name);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "tests", "node")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new DirectoryNotFoundException("tests/node"), "tests", "node");
    }
}
