using System.Collections;
using System.Runtime.InteropServices;

namespace ChatOps.Testing;

/// <summary>
/// Makes a test process, and every program it starts, independent of how it was itself started: from a job in the background, by somebody
/// with another umask, language or time zone, on a machine that is somebody's cluster.
/// </summary>
public static partial class CleanEnvironment
{
    private const int Interrupt = 2, Quit = 3, Hangup = 1, Terminate = 15;

    private static readonly string[] Foreign =
    [
        "KUBECONFIG", "KUBERNETES_", "POD_", "HOSTNAME", "AWS_", "OTEL_", "SIDECAR_", "CHATOPS_", "HELM_", "AGE_", "LANG", "LC_", "TZ",
        "NODE_OPTIONS", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    ];

    /// <summary>What our own scripts say to the tests.</summary>
    private static readonly string[] Ours = ["CHATOPS_PROGRAMS", Proof.Variable, Seeds.Variable];

    public static void Apply()
    {
        string[] there = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => (string)v.Key)];
        foreach (var variable in there.Where(IsForeign)) Environment.SetEnvironmentVariable(variable, null);
        Environment.SetEnvironmentVariable("LC_ALL", "C.UTF-8");
        Environment.SetEnvironmentVariable("TZ", "UTC");
        _ = SetMask(0b000_010_010);
        foreach (var signal in (int[])[Hangup, Interrupt, Quit, Terminate]) Heed(signal);
    }

    private static bool IsForeign(string variable) => !Ours.Contains(variable)
        && Foreign.Any(f => variable.StartsWith(f, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whoever starts a job in the background ignores SIGINT for it, and what is ignored stays so in every program that it starts
    /// (POSIX, Shell Command Language 2.11; execve).
    /// </summary>
    private static void Heed(int signal)
    {
        const nint Default = 0, Ignored = 1;
        var was = SetHandler(signal, Default);
        if (was != Ignored) SetHandler(signal, was);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
