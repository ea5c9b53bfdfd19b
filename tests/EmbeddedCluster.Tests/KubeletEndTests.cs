using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

public sealed class KubeletEndTests
{
    [Fact]
    public async Task A_kubelet_ended_in_the_middle_of_its_first_beat_ends_well()
    {
        var cluster = await ClusterUnderTest.StartAsync();
        var asked = new TaskCompletionSource();
        cluster.Embedded!.Faults.Delay(1, TimeSpan.FromSeconds(30), request =>
            request.Path.Value!.Contains("/nodes/", StringComparison.Ordinal) && asked.TrySetResult());
        var kubelet = await cluster.StartKubeletAsync(Programs.All);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await cluster.DisposeAsync();
        Assert.True(kubelet.Completion.IsCompletedSuccessfully);
    }
}
