using System.Runtime.CompilerServices;

namespace ChatOps.Kubernetes;

/// <summary>Waits on one object or one selection by watching, never by asking again and again.</summary>
public static class ObjectWatch
{
    /// <summary>
    /// The object now and after every change; null while it does not exist. Ends by cancellation, and by a missing right.
    /// </summary>
    /// <param name="patient">Waits for a missing right instead of throwing the refusal.</param>
    public static async IAsyncEnumerable<T?> FollowObjectAsync<T>(
        this IKubernetesClient client, ResourceKind<T> kind, string? ns, string name, TimeProvider time,
        [EnumeratorCancellation] CancellationToken ct, bool patient = false)
        where T : class, IResource
    {
        T? current = null;
        var listed = false;
        await foreach (var change in new Reflector(client, time) { EndsWhenForbidden = !patient }
            .FollowAsync(kind, ns, Selection.Named(name), ct))
        {
            if (change is not null) current = change.Type == WatchEventType.Deleted ? null : change.Object;
            listed |= change is null;
            if (listed) yield return current;
        }
    }

    /// <summary>
    /// The first state of the object that satisfies <paramref name="condition"/>, which may be its absence; a missing right is thrown.
    /// </summary>
    /// <param name="patient">Waits for a missing right instead of throwing the refusal.</param>
    public static async Task<T?> WaitForAsync<T>(
        this IKubernetesClient client, ResourceKind<T> kind, string? ns, string name, Func<T?, bool> condition,
        TimeProvider time, CancellationToken ct, bool patient = false)
        where T : class, IResource
    {
        await foreach (var state in client.FollowObjectAsync(kind, ns, name, time, ct, patient))
        {
            if (condition(state)) return state;
        }
        throw new OperationCanceledException(ct);
    }
}
