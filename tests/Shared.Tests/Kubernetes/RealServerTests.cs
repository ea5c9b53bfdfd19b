using System.Text.Json.Nodes;
using ChatOps.Kubernetes;

namespace ChatOps.Shared.Tests.Kubernetes;

/// <summary>The client against the real API server: TLS, tokens, its own words of refusal, its own watch.</summary>
public sealed class RealServerTests(RealCluster real)
{
    [Fact]
    public async Task It_creates_patches_watches_and_deletes()
    {
        var client = (await real.GetAsync()).Client;
        Assert.StartsWith("v1.", await client.VersionAsync(CancellationToken.None), StringComparison.Ordinal);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "a" }, ["data"] = new JsonObject { ["x"] = "1" } };
        var made = await client.CreateAsync(Kinds.ConfigMaps, "default", body, CancellationToken.None);
        await using var watch = client
            .WatchAsync(Kinds.ConfigMaps, "default", Selection.Named("a"), made.Metadata.ResourceVersion!, CancellationToken.None)
            .GetAsyncEnumerator();
        await client.PatchAsync(
            Kinds.ConfigMaps, "default", "a", Patch.Apply(new JsonObject { ["data"] = new JsonObject { ["y"] = "2" } }),
            CancellationToken.None);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(("1", "2"), (watch.Current.Object.Data!["x"], watch.Current.Object.Data["y"]));
        await client.DeleteAsync(Kinds.ConfigMaps, "default", "a", new Deletion(), CancellationToken.None);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(WatchEventType.Deleted, watch.Current.Type);
    }

    [Fact]
    public async Task A_missing_right_is_named_with_what_to_add()
    {
        var kubeconfig = (await real.GetAsync()).KubeconfigPath;
        var connection = Kubeconfig.Load([kubeconfig]).Connect() with { Credentials = Credentials.Token(new("nobody-knows-this")) };
        using var stranger = new KubernetesClient(connection);
        var unknown = await Assert.ThrowsAsync<ApiException>(() =>
            stranger.ListAsync(Kinds.Pods, "default", Selection.All, CancellationToken.None));
        Assert.Contains("The token or certificate is not accepted", unknown.Hint, StringComparison.Ordinal);
        using var anonymous = new KubernetesClient(connection with { Credentials = Credentials.None });
        var refused = await Assert.ThrowsAsync<ApiException>(() => anonymous.PatchAsync(
            Kinds.StatefulSets, "default", "a", Patch.Merge([]), CancellationToken.None));
        Assert.Equal(
            "The role of this program lacks the verb patch on statefulsets of apps: add it to the Role in namespace default",
            refused.Hint);
    }
}
