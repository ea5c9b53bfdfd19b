using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Tests;

/// <summary>What the kubelet makes of an API server that is away or fails; embedded only, since only it can be made to.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private ClusterUnderTest _cluster = null!;

    private EmbeddedCluster Embedded => _cluster.Embedded!;

    public async ValueTask InitializeAsync() => _cluster = await ClusterUnderTest.StartAsync(programs: Programs.All);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory, InlineData(500), InlineData(503)]
    public async Task A_pod_whose_binding_failed_is_bound_later(int code)
    {
        Embedded.Faults.Fail(2, code, when: IsBinding);
        Embedded.Apply(Programs.Pod("p", "test/polite:1"));
        await UntilAsync("the pod is ready", status => status.Flag("ready"));
    }

    [Fact]
    public async Task A_pod_whose_binding_met_a_lost_connection_is_bound_later()
    {
        var asked = new TaskCompletionSource();
        Embedded.Faults.Delay(1, TimeSpan.FromSeconds(30), request => IsBinding(request) && asked.TrySetResult());
        Embedded.Apply(Programs.Pod("p", "test/polite:1"));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await Embedded.Faults.RefuseConnectionsAsync();
        await Embedded.Faults.AcceptConnectionsAsync();
        await UntilAsync("the pod is ready", status => status.Flag("ready"));
    }

    [Fact]
    public async Task A_restart_during_an_outage_is_told_after_it()
    {
        var directory = await StartAsync("Always");
        await Embedded.Faults.RefuseConnectionsAsync();
        await File.WriteAllTextAsync(Path.Combine(directory, "go"), "");
        await Eventually.TrueAsync("the container has come back", () => File.Exists(Path.Combine(directory, "again")));
        await Embedded.Faults.AcceptConnectionsAsync();
        var status = await UntilAsync("the restart is told", one => one.Number("restartCount") == 1 && one.Flag("ready"));
        Assert.Equal(3, status.Number("lastState", "terminated", "exitCode"));
        Assert.Equal("Running", Pod()!.Text("status", "phase"));
    }

    [Fact]
    public async Task An_end_during_an_outage_is_told_after_it()
    {
        var directory = await StartAsync("Never");
        var log = _cluster.Kubelet!.Find(Pod()!.Uid(), "app", previous: false)!;
        await Embedded.Faults.RefuseConnectionsAsync();
        await File.WriteAllTextAsync(Path.Combine(directory, "go"), "");
        await Eventually.TrueAsync("the container has ended", () => log.Read(0).Ended);
        await Embedded.Faults.AcceptConnectionsAsync();
        await UntilAsync("the end is told", one => one.Number("state", "terminated", "exitCode") == 3);
        Assert.Equal("Failed", Pod()!.Text("status", "phase"));
    }

    [Fact]
    public async Task A_status_that_the_server_failed_to_take_is_told_again()
    {
        Embedded.Faults.Fail(5, 500, when: request => request.Path.Value!.EndsWith("/pods/p/status", StringComparison.Ordinal));
        Embedded.Apply(Programs.Pod("p", "test/polite:1"));
        await UntilAsync("the pod is ready", status => status.Flag("ready"));
    }

    private static bool IsBinding(HttpRequest request) => request.Path.Value!.EndsWith("/binding", StringComparison.Ordinal);

    /// <summary>
    /// Runs a container that exits with 3 once <c>go</c> is there, and when it is started again writes <c>again</c> and stays.
    /// </summary>
    private async Task<string> StartAsync(string policy)
    {
        var directory = Directory.CreateDirectory(_cluster.Kubelet!.ClaimDirectory("default", "c")).FullName;
        var script = $"cd {directory}; if [ -e go ]; then touch again; exec sleep 1000; fi; "
            + "touch waits; while [ ! -e go ]; do sleep 0.05; done; exit 3";
        Embedded.Apply(Programs.Pod("p", "test/shell", $"args: [-c, '{script}']", $"restartPolicy: {policy}"));
        await UntilAsync("the pod is ready", status => status.Flag("ready"));
        // Ready it is as soon as there is a process, which may not have looked for the file yet.
        await Eventually.TrueAsync("the container waits", () => File.Exists(Path.Combine(directory, "waits")));
        return directory;
    }

    private JsonObject? Pod() => Embedded.Find("v1", "Pod", "default", "p");

    private Task<JsonObject> UntilAsync(string what, Func<JsonObject, bool> holds) => Eventually.ValueAsync(what, () =>
        Task.FromResult(Pod()!.ItemsAt("status", "containerStatuses").FirstOrDefault(holds)));
}
