using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Changes.Strategies;

/// <summary>Every strategy there is; the first that handles a target is its own.</summary>
internal sealed class StrategyCatalog(IKubernetesClient client, TimeProvider time)
{
    public IReadOnlyList<IStrategy> All { get; } = [new RollingStatefulSet(client, time), new RollingDeployment(client, time)];

    public IStrategy For(Target target) => All.FirstOrDefault(s => s.Handles(target))
        ?? throw new FaultException(new("NoStrategy", $"nothing here can change a {target.WorkloadKind}"));
}
