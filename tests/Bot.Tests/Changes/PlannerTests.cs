using System.Net;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Values;
using NSubstitute;

namespace ChatOps.Bot.Tests.Changes;

public sealed class PlannerTests
{
    private static readonly Dictionary<string, string> Version2 = new() { ["version"] = "2" };

    /// <summary>Whatever a resource says is to be done: what is not known is refused, and nothing is asked of the cluster for it.</summary>
    [Theory]
    [InlineData("", "UnknownAction")]
    [InlineData("Rollback", "UnknownAction")]
    [InlineData("delete", "UnknownAction")]
    [InlineData("deploy", "BadPlan")]
    public async Task An_unknown_action_is_a_fault_and_never_a_rollback(string action, string kind)
    {
        var (client, settings) = (Substitute.For<IKubernetesClient>(), TestSettings.Shop());
        var failure = await Assert.ThrowsAsync<FaultException>(() => Planner(client, settings).PlanAsync(
            settings.Targets["shop"], action, new Dictionary<string, string>(), TestContext.Current.CancellationToken));
        Assert.Equal(kind, failure.Fault.Kind);
        Assert.Empty(client.ReceivedCalls());
    }

    /// <summary>What the API server says to a dry run of the change; how it is refused, or not where that shows only later.</summary>
    [Theory]
    [InlineData(HttpStatusCode.OK, null)]
    [InlineData(HttpStatusCode.Forbidden, "Refused")]
    [InlineData(HttpStatusCode.UnprocessableEntity, "Refused")]
    [InlineData(HttpStatusCode.Conflict, "Refused")]
    [InlineData(HttpStatusCode.BadRequest, null)]
    public async Task A_change_that_the_cluster_would_not_take_is_refused_before_anybody_agrees(HttpStatusCode answer, string? reason)
    {
        var (client, settings) = (Substitute.For<IKubernetesClient>(), TestSettings.Shop());
        var patches = Serve(client, answer);
        var failure = await Record.ExceptionAsync(() => Planner(client, settings).PlanAsync(
            settings.Targets["shop"], "deploy", Version2, TestContext.Current.CancellationToken));
        Assert.Equal(reason, (failure as ApiException)?.Reason);
        Assert.Equal(reason is null, failure is null);
        Assert.True(Assert.Single(patches).DryRun);
    }

    [Fact]
    public async Task What_a_gate_refuses_already_is_not_asked()
    {
        var (client, settings) = (Substitute.For<IKubernetesClient>(), TestSettings.Shop());
        var patches = Serve(client, HttpStatusCode.OK, paused: true);
        var plan = await Planner(client, settings).PlanAsync(
            settings.Targets["shop"], "deploy", Version2, TestContext.Current.CancellationToken);
        Assert.Contains(plan.Gates, g => g.Verdict == "fail");
        Assert.Empty(patches);
    }

    /// <summary>Serves a Deployment of <c>app:1</c>; the patches asked for are collected.</summary>
    private static List<Patch> Serve(IKubernetesClient client, HttpStatusCode answer, bool paused = false)
    {
        var shop = new Deployment
        {
            Metadata = new ObjectMeta { Name = "shop", Namespace = "default", Uid = "1" },
            Spec = new DeploymentSpec
            {
                Paused = paused,
                Template = new PodTemplate { Spec = new PodSpec { Containers = [new Container { Name = "app", Image = "app:1" }] } },
            },
        };
        client.FindAsync(Kinds.Deployments, "default", "shop", Arg.Any<CancellationToken>()).Returns(shop);
        client.ListAsync(Kinds.ReplicaSets, "default", Arg.Any<Selection>(), Arg.Any<CancellationToken>())
            .Returns(new ResourceList<ReplicaSet>([], "1"));
        client.ListAsync(Kinds.Pods, "default", Arg.Any<Selection>(), Arg.Any<CancellationToken>()).Returns(new ResourceList<Pod>([], "1"));
        List<Patch> patches = [];
        client.PatchAsync(Kinds.Deployments, "default", "shop", Arg.Do<Patch>(patches.Add), Arg.Any<CancellationToken>()).Returns(
            _ => answer == HttpStatusCode.OK
                ? shop : throw new ApiException("patch", "deployments.apps/shop", answer, "Refused", "no", null));
        return patches;
    }

    private static Planner Planner(IKubernetesClient client, BotSettings settings)
    {
        var time = TimeProvider.System;
        var (snapshots, changes) = (new SnapshotBoard(client, settings, time), new ChangeBoard(client, "default", time));
        return new Planner(client, new StrategyCatalog(client, time), snapshots, changes, TestSettings.Unasked(client, settings), time);
    }
}
