using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Cluster;

/// <summary>Asks the real API server whether the holder of a token may do what another server is asked for.</summary>
/// <remarks>authorization.k8s.io/v1, SelfSubjectAccessReview.</remarks>
internal sealed class AccessReview(HttpClient real)
{
    private readonly ConcurrentDictionary<(string Token, string Namespace, Right Right), HttpStatusCode> _known = new();

    /// <summary>OK, Forbidden, or Unauthorized for a token the server does not know.</summary>
    public async Task<HttpStatusCode> OfAsync(HttpRequest request)
    {
        var (ns, right) = Right.Asked(request);
        var key = (request.Headers.Authorization.ToString(), ns, right);
        if (_known.TryGetValue(key, out var known)) return known;
        var verdict = await AskAsync(key.Item1, ns, right);
        // What was refused may be allowed a moment later; what was allowed stays so for as long as a test.
        return verdict == HttpStatusCode.OK ? _known[key] = verdict : verdict;
    }

    private async Task<HttpStatusCode> AskAsync(string token, string ns, Right right)
    {
        var (resource, subresource) = right.Resource.Split('/') is [var r, var s] ? (r, s) : (right.Resource, "");
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = ns,
                    ["verb"] = right.Verb,
                    ["group"] = right.Group,
                    ["resource"] = resource,
                    ["subresource"] = subresource,
                    ["name"] = right.Name ?? "",
                },
            },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        request.Content = JsonContent.Create(review);
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await real.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.Unauthorized) return HttpStatusCode.Unauthorized;
        var told = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return (bool?)told?["status"]?["allowed"] == true ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
    }
}
