using System.Text.Json.Nodes;
using ChatOps.Demo.World;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>Starts the real API server, once it is known that this build of it can keep custom resources at all.</summary>
internal static class RealServer
{
    /// <summary>
    /// A kube-apiserver of 2020 built with Go 1.18 or later dies of its first custom resource: json-iterator walks maps through
    /// modern-go/reflect2 before 1.0.2, which those runtimes no longer allow. Nothing of ours can be tested on it.
    /// </summary>
    private const string CannotServe =
        "this kube-apiserver dies of any custom resource (reflect2 before 1.0.2 under Go 1.18 or later): set KUBEBUILDER_ASSETS to another (setup-envtest use)";

    private static readonly Lazy<Task<bool>> Serves = new(ProbeAsync);

    public static async Task<RealApiServer> StartAsync()
    {
        Requirements.Need(ClusterUnderTest.MissingFor("real"));
        // Broken is not missing: no build server can mend it by installing something, so this skips there too.
        Assert.SkipUnless(await Serves.Value, CannotServe);
        return await RealApiServer.StartAsync(Tools.EnvTest!);
    }

    private static async Task<bool> ProbeAsync()
    {
        await using var server = await RealApiServer.StartAsync(Tools.EnvTest!);
        using var client = new KubernetesClient(Kubeconfig.Load([server.KubeconfigPath]).Connect());
        await Manifests.ApplyAsync(client, CancellationToken.None);
        var serves = true;
        await Eventually.TrueAsync("the server takes a Change or dies of it", async () =>
        {
            try
            {
                await client.CreateAsync(ChatOpsKinds.Changes, "chatops", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "probe" } }, CancellationToken.None);
                return true;
            }
            catch (ApiException e)
            {
                serves = e.Code != 0;
                return !e.IsNotFound;
            }
        });
        return serves;
    }
}
