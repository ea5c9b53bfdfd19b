namespace ChatOps.Cluster;

/// <summary>How an embedded cluster is to be; the defaults suit the demo and tests alike.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>The port to listen on; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the built-in controllers run; without them the server only stores and watches.</summary>
    public bool Controllers { get; init; } = true;

    /// <summary>Whether requests without a bearer token are refused.</summary>
    public bool RequireTokens { get; init; }

    /// <summary>How many changes are kept for watches to resume from; older ones are answered 410.</summary>
    public int HistoryWindow { get; init; } = 10_000;

    /// <summary>How often a quiet watch is told the current resourceVersion, where it asked for bookmarks.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a Job waits before it replaces its first failed pod; each further time doubles it.</summary>
    public TimeSpan JobBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The root under which claims are directories; shown in the volumes the cluster makes.</summary>
    public string VolumesRoot { get; init; } = Path.Combine(Path.GetTempPath(), "chatops-volumes");

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
