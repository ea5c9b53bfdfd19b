using System.Diagnostics;
using System.Text.RegularExpressions;
using ChatOps.Testing;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>Carries out what a Dockerfile says without Docker.</summary>
internal sealed partial class Dockerfile(string name)
{
    private readonly string _text = File.ReadAllText(Path.Combine(Repository.Root, name));

    public string Text => _text;

    /// <summary>Libraries and programs of the system that are copied into the image, by their names.</summary>
    public IReadOnlyList<string> Libraries => [.. Library().Matches(_text).Select(match => match.Groups[1].Value)];

    /// <summary>What the image's own command published: before the tests, or now and into a directory.</summary>
    public async Task<string> PublishedAsync(string root)
    {
        var program = name["Dockerfile.".Length..];
        if (Environment.GetEnvironmentVariable("CHATOPS_PROGRAMS") is { Length: > 0 } published) return Path.Combine(published, program);
        await ShellAsync($"'{Repository.Root}/tests/publish.sh' {program} '{root}/app'");
        return Path.Combine(root, "app");
    }

    /// <summary>A chiseled base has neither a shell nor a package manager, and nothing runs after it that could bring one.</summary>
    public void HasNoShellNoRootAndSaysWhatItIs()
    {
        Assert.Matches("(?m)^ARG BASE=mcr.microsoft.com/dotnet/runtime-deps:10.0.[0-9]+-noble-chiseled@", _text);
        var last = _text[_text.LastIndexOf("FROM ", StringComparison.Ordinal)..];
        Assert.StartsWith("FROM ${BASE}", last, StringComparison.Ordinal);
        Assert.Contains("USER 1000:1000", last, StringComparison.Ordinal);
        Assert.DoesNotContain("RUN ", last, StringComparison.Ordinal);
        foreach (var label in (string[])["title", "description", "version", "revision", "base.name"])
            Assert.Contains($"org.opencontainers.image.{label}=", last, StringComparison.Ordinal);
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

    [GeneratedRegex(@"/usr/(?:lib/\*-linux-gnu|bin)/([a-z0-9.]+)(?=[ /])")]
    private static partial Regex Library();
}
