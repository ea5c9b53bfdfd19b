using ChatOps.Bot.Settings;

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

    /// <summary>How long the stand-in for Signal waits between two commits.</summary>
    public TimeSpan WriterPause { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Manifests to apply in the place of the demo's own release; null means that one.</summary>
    public string? Release { get; init; }

    /// <summary>The Secret whose identity opens encrypted archives; null where they are not encrypted.</summary>
    public string? IdentitySecret { get; init; }

    /// <summary>As whom sidecar and restores run, as <c>user:group</c>; null as the workload says it.</summary>
    public string? RunAs { get; init; }

    /// <summary>Whom images run as by themselves, where pods are to run as users of their own, which takes root.</summary>
    public IReadOnlyDictionary<string, long>? Users { get; init; }

    /// <summary>How long a new pod may take before the way back is taken; tests that wait for that take less.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a pod that is ready must stay so before a change counts as done.</summary>
    public TimeSpan SettleFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How bots agree on the one that acts.</summary>
    public LeaseSettings Lease { get; init; } = new();

    /// <summary>Whether a snapshot is taken every five minutes by itself; a script would not expect it.</summary>
    public bool Scheduled { get; init; }

    /// <summary>Where it talks besides the page.</summary>
    public IReadOnlyList<DemoChat> Chats { get; init; } = [];

    /// <summary>What the bot's process has in its environment besides.</summary>
    public IReadOnlyDictionary<string, string> BotVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>What the sidecar's process has in its environment besides.</summary>
    public IReadOnlyDictionary<string, string> SidecarVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the bot's own log lines go.</summary>
    public Action<string> Log { get; init; } = Console.Error.WriteLine;
}
