using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Selectors;
using ChatOps.Cluster.Storage;

namespace ChatOps.Cluster.Controllers;

/// <summary>Tells for every PodDisruptionBudget how many of its pods may be evicted now.</summary>
internal sealed class BudgetController(ControllerClient client) : IController
{
    public IEnumerable<(string Namespace, string Name)> KeysFor(StoreEvent change) => change.Resource switch
    {
        "policy/poddisruptionbudgets" => [(change.Object.Namespace(), change.Object.Name())],
        "/pods" => client.List("poddisruptionbudgets", change.Object.Namespace())
            .Where(budget => LabelSelector.FromObject(budget.At("spec", "selector")).Matches(change.Object))
            .Select(budget => (budget.Namespace(), budget.Name())),
        _ => [],
    };

    public TimeSpan? Sync(string ns, string name)
    {
        if (client.Find("poddisruptionbudgets", ns, name) is not { } budget)
            return null;
        var selector = LabelSelector.FromObject(budget.At("spec", "selector"));
        var pods = client.List("pods", ns).Where(pod => selector.Matches(pod) && pod.IsActive()).ToList();
        var healthy = pods.Count(pod => pod.IsReady());
        var desired = budget.At("spec", "maxUnavailable") is { } unavailable
            ? pods.Count - RollingLimits.Resolve(unavailable, pods.Count, up: true)
            : RollingLimits.Resolve(budget.At("spec", "minAvailable"), pods.Count, up: true);
        client.SetStatus("poddisruptionbudgets", budget, new JsonObject
        {
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = desired,
            ["disruptionsAllowed"] = Math.Max(0, healthy - desired),
            ["expectedPods"] = pods.Count,
            ["observedGeneration"] = budget.Number("metadata", "generation"),
        });
        return null;
    }
}
