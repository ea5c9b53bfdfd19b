using System.Text.Json.Nodes;
using ChatOps.Bot.Access;

namespace ChatOps.Bot.Settings;

/// <summary>What the administrator declared in <c>chatops.yaml</c>: nothing undeclared can be seen or touched.</summary>
internal sealed record BotSettings
{
    /// <summary>The namespace that holds the Changes; null means the one the bot runs in.</summary>
    public string? Namespace { get; init; }

    /// <summary>So many Changes of each target are kept.</summary>
    public int ChangeHistoryLimit { get; init; } = 50;

    public IReadOnlyList<Person> People { get; init; } = [];

    public IReadOnlyDictionary<string, Role> Roles { get; init; } = new Dictionary<string, Role>();

    public IReadOnlyDictionary<string, Target> Targets { get; init; } = new Dictionary<string, Target>();

    public WebSettings Web { get; init; } = new();

    public LeaseSettings Lease { get; init; } = new();

    public MetricsSettings Metrics { get; init; } = new();

    public RegistrySettings Registries { get; init; } = new();

    /// <summary>Whether the log is one JSON object a line, rather than a line for people.</summary>
    public bool JsonLog { get; init; }

    public TelegramSettings Telegram { get; init; } = new();

    public DiscordSettings Discord { get; init; } = new();

    /// <summary>Every declared chat of the platforms that are switched on.</summary>
    public IEnumerable<(string Platform, ChatSettings Chat)> Chats =>
        [.. Web.Enabled ? [("web", new ChatSettings("web", Web.Channel, [], Web.Notify))] : Array.Empty<(string, ChatSettings)>(),
            .. Telegram.Enabled ? Telegram.Chats.Select(c => ("telegram", c)) : [],
            .. Discord.Enabled ? Discord.Channels.Select(c => ("discord", c)) : []];

    /// <summary>Rights that a chat narrows, by platform and channel; a chat that is not here narrows none.</summary>
    public IReadOnlyList<string>? TargetsIn(string platform, string channel)
    {
        var chat = platform switch
        {
            "telegram" => Platforms.Telegram.ChatPlace.Parse(channel) is { } place ? Telegram.ChatFor(place) : null,
            "discord" => Discord.ChatFor(channel),
            _ => null,
        };
        return chat is { Targets: { Count: > 0 } targets } ? targets : null;
    }
}

/// <summary>A workload people may act on from chat.</summary>
internal sealed record Target
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary><c>statefulset</c> or <c>deployment</c>.</summary>
    public required string WorkloadKind { get; init; }

    public required string WorkloadName { get; init; }

    /// <summary>The container whose image a deploy changes; null means the only one that is not ours.</summary>
    public string? Container { get; init; }

    /// <summary>The repository a bare version belongs to; null means the one that runs.</summary>
    public string? Image { get; init; }

    public PinPolicy Pin { get; init; }

    /// <summary>Secrets the bot may read, to ask the registry of the image with the logins in them.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    public HomeSettings? Home { get; init; }

    /// <summary>How long a new pod may take to become ready before the way back is taken.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long it must then stay ready.</summary>
    public TimeSpan SettleFor { get; init; } = TimeSpan.FromSeconds(10);

    public ApprovalSettings Approvals { get; init; } = new();

    /// <summary>Whether images are written into the template by their digest.</summary>
    /// <param name="pullPolicy">Of the container: under <c>Always</c> each start may bring what the tag means by then.</param>
    public bool Pins(string? pullPolicy) => Pin == PinPolicy.Always || (Pin == PinPolicy.Auto && pullPolicy == "Always");
}

/// <summary>When a digest is written into the template.</summary>
internal enum PinPolicy
{
    /// <summary>Where the pull policy is Always.</summary>
    Auto,
    Always,
    Never,
}

/// <summary>The data of a target that a sidecar protects.</summary>
internal sealed record HomeSettings
{
    public required string Path { get; init; }

    /// <summary>The claim a restore mounts.</summary>
    public required string Claim { get; init; }

    /// <summary>The image of the sidecar, for a restore's Job.</summary>
    public required string SidecarImage { get; init; }

    /// <summary>The claim that holds the archives of a directory store; null where the store is remote.</summary>
    public string? ArchiveClaim { get; init; }

    /// <summary>The account a sidecar that is attached gets; null means the target's name and <c>-sidecar</c>.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>
    /// The Secret whose <c>key.txt</c> opens encrypted archives, mounted by a restore's Job alone; null where they are not encrypted.
    /// </summary>
    public string? IdentitySecret { get; init; }

    /// <summary>How long a snapshot may wait until the sidecar begins it; after that it has failed.</summary>
    public TimeSpan BeginWithin { get; init; } = TimeSpan.FromMinutes(2);
    /// <summary>As whom the sidecar and a restore's Job run; null means as the workload says it of itself.</summary>
    public RunAs? RunAs { get; init; }

    /// <summary>What else the sidecar and a restore's Job get in their pods.</summary>
    public SidecarPodSettings Sidecar { get; init; } = new();

    /// <summary>A pre-change snapshot that is not done by then fails the change before anything was touched.</summary>
    public TimeSpan SnapshotWithin { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>A user and a group by number: names are the image's own.</summary>
internal sealed record RunAs(long User, long Group);

/// <summary>What stands in a pod as it is written here.</summary>
internal sealed record SidecarPodSettings
{
    /// <summary>The container's <c>resources</c>; null means those that suit most.</summary>
    public JsonObject? Resources { get; init; }

    /// <summary>Fields of the container's <c>securityContext</c>, each in the place of the one it would have.</summary>
    public JsonObject? SecurityContext { get; init; }

    /// <summary>Secrets with registry credentials, besides those of the application's pod.</summary>
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];
}

internal sealed record ApprovalSettings
{
    public int Count { get; init; } = 1;

    public string Role { get; init; } = "approver";

    public bool Self { get; init; }

    public TimeSpan Expire { get; init; } = TimeSpan.FromMinutes(15);
}

internal sealed record WebSettings
{
    public bool Enabled { get; init; }

    /// <summary>Address and port; loopback unless declared otherwise, port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:8080";

    public string Channel { get; init; } = "ops";

    /// <summary>Whether the page hears of what nobody asked for in a chat.</summary>
    public bool Notify { get; init; } = true;

    /// <summary>Addresses of proxies whose <c>X-Forwarded-User</c> is believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];
}

internal sealed record RegistrySettings
{
    /// <summary>Whether registries are asked what a tag means when a deploy is planned.</summary>
    public bool Ask { get; init; } = true;

    /// <summary>Registries without https, as images name them: <c>registry.local:5000</c>.</summary>
    public IReadOnlyList<string> Insecure { get; init; } = [];
}

internal sealed record MetricsSettings
{
    /// <summary>Address and port of a listener that serves metrics and probes alone; null opens none, port 0 takes a free one.</summary>
    public string? Listen { get; init; }
}
