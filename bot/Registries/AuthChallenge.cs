using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ChatOps.Bot.Registries;

/// <summary>What a registry wants before it answers: the parameters of its challenge, whatever it wrote there.</summary>
/// <remarks>RFC 9110, 11.6.1; distribution, "Token Authentication Specification".</remarks>
internal sealed partial record AuthChallenge(string? Realm, string? Service, string? Scope)
{
    /// <summary>Of a header such as <c>Bearer realm="https://auth.docker.io/token",service="registry.docker.io"</c>.</summary>
    public static AuthChallenge? Bearer(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges)
    {
        if (Of(challenges, "Bearer") is not { } challenge) return null;
        var parameters = Parameter().Matches(challenge.Parameter ?? "")
            .DistinctBy(m => m.Groups["name"].Value.ToLowerInvariant())
            .ToDictionary(m => m.Groups["name"].Value.ToLowerInvariant(), m => m.Groups["value"].Value);
        return new(parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
    }

    public static bool IsBasic(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges) => Of(challenges, "Basic") is not null;

    private static AuthenticationHeaderValue? Of(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges, string scheme) =>
        challenges.FirstOrDefault(c => string.Equals(c.Scheme, scheme, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("""(?<name>[a-zA-Z]+)\s*=\s*(?:"(?<value>[^"]*)"|(?<value>[^\s,"]+))""")]
    private static partial Regex Parameter();
}
