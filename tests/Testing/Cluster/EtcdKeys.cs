using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// What an API server keeps in etcd, a key for each object. Whatever watches the API server is told of a key that goes as of an object that
/// was deleted.
/// </summary>
/// <remarks>Over etcd's JSON gateway ("gRPC gateway": keys and values are base64).</remarks>
internal sealed class EtcdKeys(Uri server) : IDisposable
{
    private const string Namespaces = "/registry/namespaces/";

    /// <summary>What the server and its controllers keep of themselves, and definitions, which cost most to bring in anew.</summary>
    private static readonly string[] Own =
    [
        "/registry/apiextensions.k8s.io/", "/registry/apiregistration.k8s.io/", "/registry/masterleases/", "/registry/ranges/",
        "/kube-system/", "/kube-public/", "/kube-node-lease/", "/default/",
    ];

    private readonly HttpClient _http = new() { BaseAddress = server };
    private readonly HashSet<string> _kept = [];

    /// <summary>What is there now is never taken away.</summary>
    public async Task KeepAsync() => _kept.UnionWith(await ListAsync());

    /// <summary>Until nothing is left: a controller may make something while it does not know yet that the namespace is gone.</summary>
    public Task EmptyAsync() => Eventually.TrueAsync("the API server is empty", async () =>
    {
        var made = (await ListAsync()).Where(key => !_kept.Contains(key) && !Own.Any(o => key.Contains(o, StringComparison.Ordinal)));
        var left = made.OrderByDescending(key => key.StartsWith(Namespaces, StringComparison.Ordinal)).ToList();
        foreach (var key in left) await AskAsync("deleterange", new() { ["key"] = Base64(key) });
        return left.Count == 0;
    });

    public void Dispose() => _http.Dispose();

    private async Task<IEnumerable<string>> ListAsync()
    {
        var all = await AskAsync(
            "range", new() { ["key"] = Base64("/registry/"), ["range_end"] = Base64("/registry0"), ["keys_only"] = true });
        return all["kvs"]!.AsArray().Select(kv => Encoding.UTF8.GetString(Convert.FromBase64String((string)kv!["key"]!)));
    }

    private async Task<JsonObject> AskAsync(string what, JsonObject question)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri($"/v3/kv/{what}", UriKind.Relative), question);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static string Base64(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
}
