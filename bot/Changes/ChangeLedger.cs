using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>
/// The one writer of a Change's status while it runs. Every update is stored before the next step begins, however long the API server is
/// away or does not allow it: what happened is never forgotten, and no step starts on a guess.
/// </summary>
/// <param name="moved">Told of every phase the change enters, once that is stored.</param>
internal sealed class ChangeLedger(IKubernetesClient client, Change change, TimeProvider time, ILogger log, Action<Change> moved)
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public Change Change { get; private set; } = change;

    public ChangeStatus Status => Change.Status;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Applies a verb and stores the result. The verb may run again, on a newer status.</summary>
    public async Task UpdateAsync(Func<ChangeStatus, ChangeStatus> verb, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            while (true)
            {
                try
                {
                    var next = verb(Change.Status);
                    if (next == Change.Status) return;
                    var before = Change.Status.Phase;
                    Change = await client.WriteStatusAsync(Change, next, ct);
                    if (Change.Status.Phase != before) moved(Change);
                    return;
                }
                catch (ApiException e) when (e.IsConflict)
                {
                    Change = await client.GetAsync(ChatOpsKinds.Changes, Change.Metadata.Namespace, Change.Metadata.Name, ct);
                }
                catch (ApiException e) when (e.IsTransient || e.IsForbidden)
                {
                    // What is forbidden is logged by the client, once.
                    if (e.IsTransient) log.LogWarning("store change {Number}: {Cause}; trying again", Change.Spec.Number, e.Message);
                    await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
