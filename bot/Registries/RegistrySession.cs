using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatOps.Bot.Registries;

/// <summary>
/// Asks one registry, on somebody's behalf: shows who asks when it wants to know, and follows where it leads. Whatever it answers, a login
/// goes only to the registry itself, and to the token service it names, over https; never to where either of them redirects.
/// </summary>
/// <param name="start">The beginning of every address that is asked for.</param>
/// <remarks>OCI distribution specification, "Endpoints"; distribution, "Token Authentication Specification"; RFC 6750, 2.1.</remarks>
internal sealed partial class RegistrySession(HttpClient http, Uri start, string scope, RegistryLogin? login)
{
    private const int MostRequests = 8, LargestToken = 64 * 1024;

    private static readonly string[] Accepted =
    [
        ManifestTypes.Index, ManifestTypes.Manifest, ManifestTypes.DockerList, ManifestTypes.DockerManifest,
    ];

    private readonly Dictionary<string, AuthenticationHeaderValue> _authorizations = new(StringComparer.Ordinal);

    /// <summary>The answer of whoever answers at last; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string reference, CancellationToken ct)
    {
        var uri = new Uri(start, reference);
        for (var requests = 0; requests < MostRequests; requests++)
        {
            var response = await SendOnceAsync(method, uri, ct);
            if (IsRedirect(response))
            {
                using (response) uri = Followed(uri, response.Headers.Location);
            }
            else if (response.StatusCode == HttpStatusCode.Unauthorized && !_authorizations.ContainsKey(Place(uri)))
            {
                var shown = Place(uri) == Place(start) ? login : null;
                using (response) _authorizations[Place(uri)] = await AuthorizeAsync(response, shown, ct);
            }
            else
            {
                return response;
            }
        }
        throw new RegistryException("leads the bot in circles");
    }

    /// <summary>The whole of an answer, if it is no longer than that.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var whole = new MemoryStream();
        var part = new byte[16 * 1024];
        while (await body.ReadAsync(part, ct) is > 0 and var read)
        {
            if (whole.Length + read > most) throw new RegistryException($"answers with more than {most / 1024} KiB");
            whole.Write(part, 0, read);
        }
        return whole.ToArray();
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri uri, CancellationToken ct)
    {
        var request = new HttpRequestMessage(method, uri);
        foreach (var type in Accepted) request.Headers.Accept.ParseAdd(type);
        request.Headers.Authorization = _authorizations.GetValueOrDefault(Place(uri));
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    private Uri Followed(Uri from, Uri? to) => to is not null && Uri.TryCreate(from, to, out var next) && IsAllowed(next)
        ? next
        : throw new RegistryException("leads to an address that is not to be followed");

    private async Task<AuthenticationHeaderValue> AuthorizeAsync(HttpResponseMessage refusal, RegistryLogin? shown, CancellationToken ct)
    {
        var challenges = refusal.Headers.WwwAuthenticate;
        if (AuthChallenge.Bearer(challenges) is { } challenge) return new("Bearer", await TokenAsync(challenge, shown, ct));
        return AuthChallenge.IsBasic(challenges) && shown is not null
            ? Basic(shown)
            : throw new RegistryException("lets in nobody without a login", refused: true);
    }

    private async Task<string> TokenAsync(AuthChallenge challenge, RegistryLogin? shown, CancellationToken ct)
    {
        if (!Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm) || !IsAllowed(realm))
            throw new RegistryException("names a token service that is not to be asked");
        // No more than to pull, whatever it wants to have asked for; where it has another name for what is asked, that one.
        var asked = challenge.Scope is { } named && PullScope().IsMatch(named) ? named : scope;
        var query = $"scope={Uri.EscapeDataString(asked)}"
            + (challenge.Service is { } service ? $"&service={Uri.EscapeDataString(service)}" : "");
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = Joined(realm.Query, query) }.Uri);
        if (shown is not null) request.Headers.Authorization = Basic(shown);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw new RegistryException(shown is null ? "lets in nobody without a login" : "does not let that login in", refused: true);
        if (!response.IsSuccessStatusCode) throw new RegistryException($"has a token service that answers {(int)response.StatusCode}");
        return TokenIn(await ReadAsync(response, LargestToken, ct))
            ?? throw new RegistryException("has a token service that answers with no token");
    }

    private static string? TokenIn(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null : Text("token") ?? Text("access_token");

            string? Text(string key) => json.RootElement.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
                && value.GetString() is { } token && TokenWord().IsMatch(token) ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Joined(string query, string more) => query.Length > 1 ? $"{query[1..]}&{more}" : more;

    private static AuthenticationHeaderValue Basic(RegistryLogin login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password.Reveal()}")));

    /// <summary>Only https, but from a registry that is declared to have none.</summary>
    private bool IsAllowed(Uri uri) => uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && start.Scheme == Uri.UriSchemeHttp));

    private static string Place(Uri uri) => $"{uri.Scheme}://{uri.Authority}";

    private static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    [GeneratedRegex(@"^repository:[a-zA-Z0-9._/-]+:pull\z")]
    private static partial Regex PullScope();

    [GeneratedRegex(@"^[a-zA-Z0-9._~+/-]+=*\z")]
    private static partial Regex TokenWord();
}

/// <summary>How manifests and lists of them are called.</summary>
/// <remarks>OCI image specification, "Media Types"; distribution, "Image Manifest V 2, Schema 2".</remarks>
internal static class ManifestTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    public static bool IsIndex(string? type) => type is Index or DockerList;
}
