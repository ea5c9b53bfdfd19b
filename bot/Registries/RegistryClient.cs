using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ChatOps.Values;

namespace ChatOps.Bot.Registries;

/// <summary>
/// Asks registries what a tag means; an answer is bounded and believed only as far as it proves itself. That it is not there counts only
/// in the registry's own words: a proxy's page that says 404 is no such word.
/// </summary>
/// <param name="insecure">Registries that are asked over plain http.</param>
/// <remarks>OCI distribution specification, "Pulling manifests", "Error Codes".</remarks>
internal sealed class RegistryClient(HttpClient http, IReadOnlyList<string> insecure)
{
    /// <summary>Which a registry should at least take (OCI distribution specification, "Pushing Manifests").</summary>
    private const int LargestManifest = 4 * 1024 * 1024, LargestError = 64 * 1024;

    private const int MostManifests = 64, MostIndexes = 256;
    private const string DigestHeader = "Docker-Content-Digest";

    /// <summary>The first two are of the specification; the last is what Harbor says.</summary>
    private static readonly string[] AbsentCodes = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"];

    /// <summary>What does not change: the content of a digest. Reading it again would count as a pull.</summary>
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _indexes = new(StringComparer.Ordinal);

    /// <summary>The name under which a registry answers.</summary>
    public static string HostOf(ImageName image) => image.Domain == ImageName.DockerHub ? "registry-1.docker.io" : image.Domain;

    /// <exception cref="RegistryException">The conversation came to nothing.</exception>
    /// <exception cref="HttpRequestException">It was not reached.</exception>
    public async Task<RegistryAnswer> FindAsync(ImageName image, RegistryLogin? login, CancellationToken ct)
    {
        var scheme = insecure.Contains(image.Domain) ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        if (!Uri.TryCreate($"{scheme}://{HostOf(image)}/v2/{image.Path}/manifests/", UriKind.Absolute, out var start))
            return new RegistryAnswer.Unknown("is no address");
        var session = new RegistrySession(http, start, $"repository:{image.Path}:pull", login);
        // Asking for the head alone counts as no pull where pulls are counted.
        using var head = await session.SendAsync(HttpMethod.Head, Relative(image.Reference), ct);
        return head.StatusCode switch
        {
            HttpStatusCode.OK => await FoundAsync(session, image, head, ct),
            HttpStatusCode.NotFound => await AbsentAsync(session, image, ct),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new RegistryAnswer.Unknown(login is null ? "lets in nobody without a login" : "does not let that login in", Refused: true),
            HttpStatusCode.TooManyRequests => new RegistryAnswer.Unknown("has been asked too often (429)"),
            var other => new RegistryAnswer.Unknown($"answers {(int)other}"),
        };
    }

    private async Task<RegistryAnswer> FoundAsync(RegistrySession session, ImageName image, HttpResponseMessage head, CancellationToken ct)
    {
        var told = head.Headers.TryGetValues(DigestHeader, out var values) ? values.FirstOrDefault(ImageName.IsDigest) : null;
        if (image.Digest is not null && told is not null && told != image.Digest)
            return new RegistryAnswer.Unknown("answers with another image");
        var digest = image.Digest ?? told;
        var isIndex = ManifestTypes.IsIndex(head.Content.Headers.ContentType?.MediaType);
        if (digest is not null && !isIndex) return new RegistryAnswer.Found(digest, null);
        if (digest is not null && _indexes.TryGetValue(digest, out var known)) return new RegistryAnswer.Found(digest, known);
        using var response = await session.SendAsync(HttpMethod.Get, Relative(digest ?? image.Reference), ct);
        if (!response.IsSuccessStatusCode)
            return digest is null ? new RegistryAnswer.Unknown("tells no digest") : new RegistryAnswer.Found(digest, null);
        var body = await RegistrySession.ReadAsync(response, LargestManifest, ct);
        var content = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(body))}";
        digest ??= content;
        if (digest != content && digest.StartsWith("sha256:", StringComparison.Ordinal))
            return new RegistryAnswer.Unknown("answers with content that is not of its digest");
        return new RegistryAnswer.Found(digest, Remember(digest, ManifestsIn(body)));
    }

    private static async Task<RegistryAnswer> AbsentAsync(RegistrySession session, ImageName image, CancellationToken ct)
    {
        using var response = await session.SendAsync(HttpMethod.Get, Relative(image.Reference), ct);
        return response.StatusCode == HttpStatusCode.NotFound
            && CodesIn(await RegistrySession.ReadAsync(response, LargestError, ct)).Any(AbsentCodes.Contains)
                ? new RegistryAnswer.Absent()
                : new RegistryAnswer.Unknown($"answers {(int)response.StatusCode}, and not as registries do");
    }

    private IReadOnlyList<string>? Remember(string digest, IReadOnlyList<string> manifests)
    {
        if (manifests.Count == 0) return null;
        if (_indexes.Count >= MostIndexes) _indexes.Clear();
        return _indexes[digest] = manifests;
    }

    private static IReadOnlyList<string> ManifestsIn(byte[] body) =>
        [.. Texts(body, "manifests", "digest").Where(ImageName.IsDigest).Take(MostManifests)];

    private static IReadOnlyList<string> CodesIn(byte[] body) => Texts(body, "errors", "code");

    /// <summary>The texts of that key in the objects of a list; none where the answer is of another shape.</summary>
    private static IReadOnlyList<string> Texts(byte[] body, string list, string key)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty(list, out var items)
                || items.ValueKind != JsonValueKind.Array) return [];
            return
            [
                .. from item in items.EnumerateArray()
                   where item.ValueKind == JsonValueKind.Object
                   select item.TryGetProperty(key, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null
                   into text
                   where text is not null
                   select text,
            ];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>A digest looks like a scheme to whoever joins addresses.</summary>
    private static string Relative(string reference) => $"./{reference}";
}
