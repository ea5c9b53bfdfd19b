using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Knows which bearer token is whose; a wrong token is always refused, a missing one only where tokens are demanded.</summary>
internal sealed class TokenCatalog(bool required)
{
    private const string Scheme = "Bearer ";
    private readonly ConcurrentDictionary<string, string> _users = new(StringComparer.Ordinal);

    public void Add(string token, string user) => _users[token] = user;

    public string Authenticate(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return _users.TryGetValue(header[Scheme.Length..].Trim(), out var user) ? user : throw Unauthorized();
        return required ? throw Unauthorized() : "system:admin";
    }

    private static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");
}
