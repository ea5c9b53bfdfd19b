using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Snapshots;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Values;
using NSubstitute;

namespace ChatOps.Bot.Tests.Changes;

public sealed class PlannerTests
{
    /// <summary>Whatever a resource says is to be done: what is not known is refused, and nothing is asked of the cluster for it.</summary>
    [Theory]
    [InlineData("", "UnknownAction")]
    [InlineData("Rollback", "UnknownAction")]
    [InlineData("delete", "UnknownAction")]
    [InlineData("deploy", "BadPlan")]
    public async Task An_unknown_action_is_a_fault_and_never_a_rollback(string action, string kind)
    {
        var (client, settings) = (Substitute.For<IKubernetesClient>(), TestSettings.Shop());
        var time = TimeProvider.System;
        var (snapshots, changes) = (new SnapshotBoard(client, settings, time), new ChangeBoard(client, "default", time));
        var planner = new Planner(client, new StrategyCatalog(client, time), snapshots, changes, time);
        var failure = await Assert.ThrowsAsync<FaultException>(() => planner.PlanAsync(
            settings.Targets["shop"], action, new Dictionary<string, string>(), TestContext.Current.CancellationToken));
        Assert.Equal(kind, failure.Fault.Kind);
        Assert.Empty(client.ReceivedCalls());
    }
}
