using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ChatOps.Testing;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>Carries out what a Dockerfile says without Docker: on what .dockerignore lets through, with the very command it runs.</summary>
internal sealed partial class Dockerfile(string name)
{
    private readonly string _text = File.ReadAllText(Path.Combine(Repository.Root, name));

    public string Text => _text;

    /// <summary>Libraries and programs of the system that are copied into the image, by their names.</summary>
    public IReadOnlyList<string> Libraries => [.. Library().Matches(_text).Select(match => match.Groups[1].Value)];

    /// <summary>Publishes into a directory; returns it.</summary>
    public async Task<string> PublishAsync(string root)
    {
        var source = Path.Combine(root, "src");
        foreach (var kept in File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore")).Where(line => line.StartsWith('!')))
            await ShellAsync($"mkdir -p '{source}' && cd '{Repository.Root}' && tar c --exclude=bin --exclude=obj '{kept[1..]}' | tar x -C '{source}'");
        var command = Publish().Match(_text).Groups[1].Value.Replace("/published", Path.Combine(root, "app"), StringComparison.Ordinal);
        await ShellAsync($"cd '{source}' && export TARGETARCH={Architecture} VERSION=0.1.0 && {command} --nologo -v quiet");
        return Path.Combine(root, "app");
    }

    public static async Task<string> ShellAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -euo pipefail; " + script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{script}\nended with {process.ExitCode}: {output}{await error}");
        return output;
    }

    private static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    [GeneratedRegex(@"^RUN (dotnet publish .*)$", RegexOptions.Multiline)]
    private static partial Regex Publish();

    [GeneratedRegex(@"/usr/(?:lib/\*-linux-gnu|bin)/([a-z0-9.]+)(?=[ /])")]
    private static partial Regex Library();
}
