namespace ChatOps.Testing.Cluster;

/// <summary>Finds the programs that tests use for real parts, in the repository's cache or on the PATH.</summary>
public static class Tools
{
    /// <summary>On a build server a missing part is a failure, elsewhere the test is skipped with how to get it.</summary>
    public static bool MustBePresent => Environment.GetEnvironmentVariable("CI") == "true";

    public static string? Kubectl => Find("kubectl", Path.Combine(Repository, ".cache", "tools"));

    public static string? Helm => Find("helm", Path.Combine(Repository, ".cache", "tools"));

    /// <summary>The directory with etcd, kube-apiserver and kube-controller-manager, or null.</summary>
    public static string? EnvTest
    {
        get
        {
            var directory = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } set
                ? set
                : Path.Combine(Repository, ".cache", "envtest");
            return File.Exists(Path.Combine(directory, "kube-apiserver")) ? directory : null;
        }
    }

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Installed(string program) => OnPath(program).Any(File.Exists);

    private static string Repository
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ChatOps.sln")))
                directory = directory.Parent;
            return directory?.FullName ?? AppContext.BaseDirectory;
        }
    }

    private static string? Find(string name, string first) =>
        OnPath(name).Prepend(Path.Combine(first, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, name));
}
