using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Tests;

/// <summary>What kubectl sends in protobuf, typed at both clusters; and what must be refused rather than half understood.</summary>
public sealed class ProtobufTests(SharedClusters clusters)
{
    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Objects_that_kubectl_makes_itself_are_stored_whole(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.OkAsync("create secret generic s --from-literal=token=hidden --type=example.org/kind");
        await ns.OkAsync("create configmap m --from-literal=a=1 --from-literal=b=");
        await ns.OkAsync("create serviceaccount account");
        var (secret, map) = (await ns.FindAsync("secret/s"), await ns.FindAsync("configmap/m"));
        Assert.Equal(("aGlkZGVu", "example.org/kind"), (secret.Text("data", "token"), secret.Text("type")));
        Assert.Equal("""{"a":"1","b":""}""", map!.At("data")!.ToJsonString());
        Assert.NotNull(await ns.FindAsync("serviceaccount/account"));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_namespace_is_made_with_the_certificates_pods_trust(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var other = $"{ns.Name}-other";
        Assert.Contains("created", await ns.OkAsync($"create namespace {other}"), StringComparison.Ordinal);
        await ns.OkAsync($"wait configmap/kube-root-ca.crt -n {other} --for=create --timeout=150s");
        await ns.OkAsync($"delete namespace {other} --wait=false");
    }

    [Fact]
    public async Task A_kind_that_is_not_understood_is_refused()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        Assert.Contains("unknown format", (await ns.RunAsync("create deployment d --image=x")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("6B387300")]
    [InlineData("6B3873000A")]
    [InlineData("6B3873000AFF01")]
    [InlineData("6B387300FFFFFFFFFFFFFFFFFFFF01")]
    public void Bytes_that_are_no_object_are_none(string hex) => Assert.Null(ProtobufObject.Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("120512030A0178", """{"spec":{"finalizers":["x"]},"apiVersion":"v1","kind":"Namespace"}""")]
    [InlineData("12034A0178", null)]
    public void A_field_that_is_not_known_is_not_dropped(string raw, string? json)
    {
        const string NamespaceOfV1 = "6B3873000A0F0A02763112094E616D657370616365";
        Assert.Equal(json, ProtobufObject.Read(Convert.FromHexString(NamespaceOfV1 + raw))?.ToJsonString());
    }
}
