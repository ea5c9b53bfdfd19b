using System.Diagnostics;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Tests.Archives.Age;

/// <summary>A pair of keys made by age-keygen, the secret one in a file beside the home.</summary>
internal sealed record AgeKey(string Path, string Recipient)
{
    private const string HowToGet = "age is missing: run `make prerequisites`";

    public string Secret => File.ReadLines(Path).Last();

    public AgeIdentity Identity => new(Path, AgeProgram.Installed);

    public static AgeKey Make(Home home, string name = "key.txt")
    {
        Needs();
        var path = home.Aside(name);
        Assert.Equal(0, Shell($"age-keygen -o '{path}' 2>/dev/null").Code);
        return new(path, Shell($"age-keygen -y '{path}'").Output.Trim());
    }

    /// <summary>Skips where age cannot be had; with CI=true its absence fails.</summary>
    public static void Needs()
    {
        if (Shell("command -v age && command -v age-keygen && command -v zstd").Code == 0)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(HowToGet);
        Assert.Skip(HowToGet);
    }

    public static (int Code, string Output) Shell(string script)
    {
        var start = new ProcessStartInfo("bash", ["-o", "pipefail", "-c", script]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    public SnapshotRequest For(Home home) => home.Request with { Encryption = Encryption.To(Recipient) };
}
