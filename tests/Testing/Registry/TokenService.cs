using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Registry;

/// <summary>
/// The token service of a registry: whoever asks may pull what is below <c>public/</c>, and the one user everything. Its tokens are checked
/// by docker-registry itself, and skopeo goes through it as everybody else.
/// </summary>
/// <remarks>distribution, "Token Authentication Specification" and "Token Authentication Implementation".</remarks>
public sealed class TokenService : IAsyncDisposable
{
    public const string Name = "registry.test";

    private readonly LocalServer _server;

    private TokenService(LocalServer server, X509Certificate2 certificate, ConcurrentQueue<string> asked) =>
        (_server, Certificate, Asked) = (server, certificate, asked);

    public X509Certificate2 Certificate { get; }

    public Uri Realm => new(_server.Url, "/token");

    /// <summary>Who asked for what: <c>ann repository:x:pull</c>, with <c>-</c> for nobody.</summary>
    public ConcurrentQueue<string> Asked { get; }

    public static async Task<TokenService> StartAsync()
    {
        var (certificate, asked) = (MakeCertificate("tests"), new ConcurrentQueue<string>());
        var server = await LocalServer.StartAsync(context => AnswerAsync(context, certificate, asked));
        return new(server, certificate, asked);
    }

    public static X509Certificate2 MakeCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Certificate.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, X509Certificate2 certificate, ConcurrentQueue<string> asked)
    {
        var login = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryServer.User}:{RegistryServer.Password}"))}";
        var shown = context.Request.Headers.Authorization.ToString();
        var user = shown == login ? RegistryServer.User : shown.Length == 0 ? "-" : "?";
        var scope = context.Request.Query["scope"].ToString();
        asked.Enqueue($"{user} {scope}");
        if (user == "?")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        var parts = scope.Split(':');
        var may = parts is ["repository", var name, "pull"] && (user != "-" || name.StartsWith("public/", StringComparison.Ordinal));
        await context.Response.WriteAsJsonAsync(new JsonObject { ["token"] = Token(certificate, user, may ? parts[1] : null) });
    }

    private static string Token(X509Certificate2 certificate, string user, string? repository)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "RS256",
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
        };
        var access = new JsonArray();
        if (repository is not null)
            access.Add((JsonNode)new JsonObject { ["type"] = "repository", ["name"] = repository, ["actions"] = new JsonArray("pull") });
        var claims = new JsonObject
        {
            ["iss"] = "tests",
            ["sub"] = user,
            ["aud"] = Name,
            ["exp"] = now + 300,
            ["nbf"] = now - 10,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["access"] = access,
        };
        var signed = $"{Encoded(header)}.{Encoded(claims)}";
        using var key = certificate.GetRSAPrivateKey()!;
        return $"{signed}.{Url(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encoded(JsonObject json) => Url(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
