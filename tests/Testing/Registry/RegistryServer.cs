using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;
using ChatOps.Testing.Cluster;

namespace ChatOps.Testing.Registry;

/// <summary>
/// docker-registry, the reference implementation of the protocol, as a process on a free port with a folder of its own, or with that of
/// another: what is pushed to one that is open can be asked of one that wants to know who asks.
/// </summary>
public sealed class RegistryServer : IAsyncDisposable
{
    public const string User = "ann", Password = "open sesame";
    public const string HowToGet = "docker-registry or skopeo is missing: run `make prerequisites`";

    private const string OfOci = "application/vnd.oci.image.", OfDocker = "application/vnd.docker.distribution.manifest.";

    private readonly string _directory = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly ChildSpawner _spawner = new();
    private readonly HttpClient _http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
    private Process? _process;

    private RegistryServer(Uri url, string store) => (Url, Store) = (url, store == "" ? Path.Combine(_directory, "store") : store);

    public static bool Installed => Tools.Installed("docker-registry") && Tools.Installed("skopeo");

    public Uri Url { get; }

    /// <summary>As images name it.</summary>
    public string Host => Url.Authority;

    private string Store { get; }

    public static Task<RegistryServer> StartAsync() => StartAsync("http", "", "");

    /// <summary>One that lets in the one user there is.</summary>
    public Task<RegistryServer> WithLoginAsync()
    {
        var file = Path.Combine(_directory, "htpasswd");
        // Made by crypt(3) of the password above.
        File.WriteAllText(file, $"{User}:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n");
        return StartAsync("http", Store, $"auth: {{ htpasswd: {{ realm: registry, path: {file} }} }}");
    }

    /// <summary>One that believes the tokens of that service.</summary>
    public Task<RegistryServer> WithTokensAsync(TokenService service)
    {
        var file = Path.Combine(_directory, "tokens.pem");
        File.WriteAllText(file, service.Certificate.ExportCertificatePem());
        return StartAsync(
            "http", Store,
            $"auth: {{ token: {{ realm: '{service.Realm}', service: {TokenService.Name}, issuer: tests, rootcertbundle: {file} }} }}");
    }

    /// <summary>One over TLS, by a certificate that nobody trusts.</summary>
    public Task<RegistryServer> WithTlsAsync() => StartAsync("https", Store, "");

    private static async Task<RegistryServer> StartAsync(string scheme, string store, string auth)
    {
        var server = new RegistryServer(new($"{scheme}://127.0.0.1:{HostPorts.Take()}"), store);
        try
        {
            await server.StartProcessAsync(auth);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pushes an image of that content, and returns its digest.</summary>
    /// <param name="docker">Whether its manifest is of the kind from before OCI.</param>
    public async Task<string> PushAsync(string repository, string tag, string content, bool docker = false)
    {
        var config = Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"author":"{{content}}"}""");
        await PushBlobAsync(repository, config);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = docker ? $"{OfDocker}v2+json" : $"{OfOci}manifest.v1+json",
            ["config"] = new JsonObject
            {
                ["mediaType"] = docker ? "application/vnd.docker.container.image.v1+json" : $"{OfOci}config.v1+json",
                ["size"] = config.Length,
                ["digest"] = DigestOf(config),
            },
            ["layers"] = new JsonArray(),
        };
        return await PutManifestAsync(repository, tag, manifest);
    }

    /// <summary>Pushes an index of images that are there, and returns its digest.</summary>
    public async Task<string> PushIndexAsync(string repository, string tag, params string[] digests)
    {
        var platforms = digests.Zip(["amd64", "arm64"]).Select(d => new JsonObject
        {
            ["mediaType"] = $"{OfOci}manifest.v1+json",
            ["size"] = 7,
            ["digest"] = d.First,
            ["platform"] = new JsonObject { ["architecture"] = d.Second, ["os"] = "linux" },
        });
        return await PutManifestAsync(repository, tag, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = $"{OfOci}index.v1+json",
            ["manifests"] = new JsonArray([.. platforms]),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _http.Dispose();
        _spawner.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartProcessAsync(string auth)
    {
        var tls = Url.Scheme == "https" ? SelfSigned() : "";
        var file = Path.Combine(_directory, "config.yml");
        await File.WriteAllTextAsync(file, $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{Store}} } }
            http: { addr: "{{Host}}"{{tls}} }
            {{auth}}
            """);
        _process = await _spawner.StartAsync(new ProcessStartInfo("docker-registry", ["serve", file]) { WorkingDirectory = _directory });
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync("the registry answers", async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"docker-registry ended with {_process.ExitCode}");
            try
            {
                using var response = await _http.GetAsync(new Uri(Url, "/v2/"));
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private string SelfSigned()
    {
        var (certificate, key) = (Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key"));
        using var made = TokenService.MakeCertificate("127.0.0.1");
        File.WriteAllText(certificate, made.ExportCertificatePem());
        using var secret = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPrivateKey(made)!;
        File.WriteAllText(key, secret.ExportRSAPrivateKeyPem());
        return $", tls: {{ certificate: {certificate}, key: {key} }}";
    }

    private async Task PushBlobAsync(string repository, byte[] blob)
    {
        using var begun = await _http.PostAsync(new Uri(Url, $"/v2/{repository}/blobs/uploads/"), null);
        var place = begun.EnsureSuccessStatusCode().Headers.Location!;
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new("application/octet-stream");
        using var ended = await _http.PutAsync(
            new Uri(Url, $"{place.PathAndQuery}&digest={Uri.EscapeDataString(DigestOf(blob))}"), content);
        ended.EnsureSuccessStatusCode();
    }

    private async Task<string> PutManifestAsync(string repository, string tag, JsonObject manifest)
    {
        using var content = JsonContent.Create(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue((string)manifest["mediaType"]!);
        using var response = await _http.PutAsync(new Uri(Url, $"/v2/{repository}/manifests/{tag}"), content);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("Docker-Content-Digest").Single();
    }

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
