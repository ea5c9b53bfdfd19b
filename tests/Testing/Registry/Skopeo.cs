using System.Diagnostics;

namespace ChatOps.Testing.Registry;

/// <summary>Somebody else's client: what it says of a registry is what ours has to say.</summary>
public static class Skopeo
{
    /// <summary>The digest of a tag as it sees it; null where it is refused, or finds nothing.</summary>
    public static async Task<string?> DigestAsync(string image, bool login = false)
    {
        var start = new ProcessStartInfo("skopeo", ["inspect", "--tls-verify=false", "--raw"]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        if (login) start.ArgumentList.Add($"--creds={RegistryServer.User}:{RegistryServer.Password}");
        else start.ArgumentList.Add("--no-creds");
        start.ArgumentList.Add($"docker://{image}");
        using var process = Process.Start(start)!;
        using var raw = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(raw);
        await errors;
        await process.WaitForExitAsync();
        // The digest of a manifest is that of its bytes.
        return process.ExitCode == 0
            ? $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(raw.ToArray()))}"
            : null;
    }
}
