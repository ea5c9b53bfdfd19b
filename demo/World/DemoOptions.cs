namespace ChatOps.Demo.World;

/// <summary>What the person starting the demo chose.</summary>
internal sealed record DemoOptions
{
    /// <summary>Where the home and the archives stay; null means a temporary directory that is removed.</summary>
    public string? Keep { get; init; }

    /// <summary>Whether the real engine of Signal Desktop writes.</summary>
    public bool Signal { get; init; }

    /// <summary>The page's port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Megabytes of old attachments in the home, so that a snapshot has something to read.</summary>
    public int SeedMegabytes { get; init; } = 64;
}
