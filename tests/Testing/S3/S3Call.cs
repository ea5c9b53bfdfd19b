using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatOps.Testing.S3;

/// <summary>One request as a server of S3 sees it.</summary>
public sealed record S3Call(
    string Method, string Key, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Headers)
{
    public bool Has(string parameter) => Parameters.ContainsKey(parameter);

    public string? Query(string parameter) => Parameters.GetValueOrDefault(parameter);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public bool IsPart => Method == "PUT" && Has("partNumber");

    public bool IsBegin => Method == "POST" && Has("uploads");

    public bool IsComplete => Method == "POST" && Has("uploadId");

    public bool IsAbort => Method == "DELETE" && Has("uploadId");

    public bool IsManifest => Key.EndsWith(".json", StringComparison.Ordinal);

    internal static S3Call Of(HttpRequest request)
    {
        var path = request.Path.Value!.TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return new(request.Method, slash < 0 ? "" : path[(slash + 1)..],
            QueryHelpers.ParseQuery(request.QueryString.Value).ToDictionary(p => p.Key, p => p.Value.ToString()),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
    }
}
