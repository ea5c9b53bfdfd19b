namespace ChatOps.Cluster.Controllers;

/// <summary>Runs every controller on the store's own changes, each in its own loop, until disposed.</summary>
internal sealed class ControllerHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    public ControllerHost(ControllerClient client, EmbeddedClusterOptions options)
    {
        IController[] controllers =
        [
            new StatefulSetController(client),
            new DeploymentController(client),
            new ReplicaSetController(client),
            new JobController(client, options.JobBackoff),
            new ClaimController(client, options.VolumesRoot),
            new EndpointsController(client),
            new BudgetController(client),
            new GarbageCollector(client),
            new NamespaceController(client),
        ];
        foreach (var controller in controllers)
            _loops.Add(new ControllerLoop(controller, client).RunAsync(_stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops);
        _stopping.Dispose();
    }
}
