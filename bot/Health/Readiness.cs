using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Health;

/// <summary>
/// Whether people can be served: the resources of the cluster are known and every platform was reached once. What was reached stays so; a
/// platform that goes away later must not take the others with it.
/// </summary>
internal sealed class Readiness(ChatPlatforms platforms)
{
    public const string Cluster = "the API server";

    private readonly Lock _gate = new();
    private readonly List<string> _awaited = [Cluster, .. platforms.All.Select(p => p.Name)];

    /// <summary>What has not been reached yet; empty when people can be served.</summary>
    public IReadOnlyList<string> Awaited
    {
        get
        {
            lock (_gate) return [.. _awaited];
        }
    }

    public void Reach(string what)
    {
        lock (_gate) _awaited.Remove(what);
    }
}
