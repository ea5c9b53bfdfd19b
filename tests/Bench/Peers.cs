namespace ChatOps.Bench;

/// <summary>
/// The programs that are measured, each started as people start it, on one home and one place of its own for what it makes.
/// </summary>
internal sealed class Peers(string sidecar, string root)
{
    public string Home { get; } = Path.Combine(root, "home");

    private string Store => Path.Combine(root, "store");

    private string Repository => Path.Combine(root, "restic");

    private string Archive => Path.Combine(root, "home.tar.zst");

    private Dictionary<string, string> SidecarVariables => new()
    {
        ["SIDECAR_HOME"] = Home,
        ["SIDECAR_STORE"] = Store,
        ["SIDECAR_TARGET"] = "bench",
        ["SIDECAR_SCRATCH"] = Path.Combine(root, "scratch"),
    };

    private Dictionary<string, string> ResticVariables => new()
    {
        ["RESTIC_REPOSITORY"] = Repository,
        ["RESTIC_PASSWORD"] = "bench",
        ["RESTIC_CACHE_DIR"] = Path.Combine(root, "restic-cache"),
    };

    public async Task<Measured> SnapshotAsync(params string[] more)
    {
        Clear(Store);
        return await Measured.RunAsync(sidecar, ["snapshot", .. more], SidecarVariables);
    }

    public Task<Measured> RestoreAsync(string into) =>
        Measured.RunAsync(sidecar, ["restore", "latest", "--into", Gone(into)], SidecarVariables);

    public Task<Measured> ListAsync() => Measured.RunAsync(sidecar, ["list"], SidecarVariables);

    public Task<Measured> TarAsync() =>
        ShellAsync($"tar c -C '{Home}' --exclude 'db.sqlite*' . | zstd -T0 -3 -q -f -o '{Archive}' && sync '{Archive}'");

    public Task<Measured> UntarAsync(string into) =>
        ShellAsync($"mkdir '{Gone(into)}' && zstd -dc '{Archive}' | tar x -C '{into}' && sync -f '{into}'");

    /// <summary>A first run: the repository is new each time.</summary>
    public async Task<Measured> ResticAsync()
    {
        Clear(Repository);
        await Measured.RunAsync("restic", ["init", "-q"], ResticVariables);
        return await Measured.RunAsync("restic", ["backup", "-q", Home], ResticVariables);
    }

    public Task<Measured> ResticRestoreAsync(string into) =>
        Measured.RunAsync("restic", ["restore", "-q", "latest", "--target", Gone(into)], ResticVariables);

    public static Task<Measured> ShellAsync(string script) => Measured.RunAsync("bash", ["-c", "set -o pipefail; " + script]);

    public string Aside(string name) => Path.Combine(root, name);

    private static string Gone(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        return directory;
    }

    private static void Clear(string directory) => Directory.CreateDirectory(Gone(directory));
}
