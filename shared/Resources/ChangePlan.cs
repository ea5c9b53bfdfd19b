using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatOps.Resources;

/// <summary>What a change will do, decided before anybody approves it. An approval counts only for the plan whose digest it saw.</summary>
public sealed record ChangePlan
{
    public string Strategy { get => field ?? ""; init; }

    /// <summary>The workload, as <c>statefulsets.apps/ghostwire</c>.</summary>
    public string Workload { get => field ?? ""; init; }

    /// <summary>The workload's generation when the plan was made; autoscalers move it too, so no part of the digest.</summary>
    public long Generation { get; init; }

    /// <summary>
    /// SHA-256 of the workload's specification but for its replicas: any change of it by anybody else makes the plan stale.
    /// </summary>
    public string? WorkloadDigest { get; init; }

    public string Container { get => field ?? ""; init; }

    /// <summary>How many pods it had; part of the digest only where the plan stops them.</summary>
    public int Replicas { get; init; }

    public PlannedVersion From { get => field ?? new(); init; }

    public PlannedVersion To { get => field ?? new(); init; }

    /// <summary>The names of the steps, in order.</summary>
    public IReadOnlyList<string> Steps { get => field ?? []; init; }

    public IReadOnlyList<GateVerdict> Gates { get => field ?? []; init; }

    /// <summary>The archive whose data comes back with the image, for a rollback with data.</summary>
    public string? Archive { get; init; }

    /// <summary>The sidecar that is attached, or taken away; null for a change that is not about it.</summary>
    public PlannedSidecar? Sidecar { get; init; }

    /// <summary>How it is undone, in a few words.</summary>
    public string WayBack { get => field ?? ""; init; }

    /// <summary>Seconds the target is expected to be away; a guess, so no part of the digest.</summary>
    public double? ExpectedDowntimeSeconds { get; init; }

    /// <summary>SHA-256 over everything above that two honest plans of the same change share, as <c>sha256:…</c>.</summary>
    public string Digest { get => field ?? ""; init; }

    /// <summary>Whether it stops the workload and starts it again.</summary>
    [JsonIgnore]
    public bool Stops => Steps.Contains("stop");

    /// <summary>
    /// The plan with its digest. Gates speak of the moment and are judged again before the first step, so they take no part.
    /// </summary>
    public ChangePlan Sealed()
    {
        var facts = this with
        {
            Digest = "",
            ExpectedDowntimeSeconds = null,
            Gates = [],
            Generation = 0,
            Replicas = Stops ? Replicas : 0,
            To = To with { Manifests = null },
        };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(facts, ResourceJson.Default.ChangePlan);
        return this with { Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}" };
    }
}

/// <summary>A version as Kubernetes knows it.</summary>
public sealed record PlannedVersion
{
    /// <summary>The reference in the pod template: <c>kasmweb/signal:1.18.0</c>.</summary>
    public string Image { get => field ?? ""; init; }

    /// <summary>What really runs or ran, <c>repository@sha256:…</c>: tags move. Null where no pod has reported it.</summary>
    public string? ImageId { get; init; }

    /// <summary>
    /// What an index of that digest leads to, one manifest for each platform, as the registry said; no part of the plan's digest.
    /// </summary>
    public IReadOnlyList<string>? Manifests { get; init; }

    /// <summary>The revision of the workload that holds this template; null for one that does not exist yet.</summary>
    public long? Revision { get; init; }
}

/// <summary>A sidecar beside an application, as far as people have to agree to it.</summary>
public sealed record PlannedSidecar
{
    public string Image { get => field ?? ""; init; }

    /// <summary>The account its token is of.</summary>
    public string ServiceAccount { get => field ?? ""; init; }

    /// <summary>The application's volume that it reads.</summary>
    public string HomeVolume { get => field ?? ""; init; }

    /// <summary>The folder of that volume which is the home; null where it is all of it.</summary>
    public string? HomeSubPath { get; init; }

    /// <summary>The claim it puts archives into; null where they go to an object store.</summary>
    public string? ArchiveClaim { get; init; }

    /// <summary>Whether it begins before the application and ends after it.</summary>
    public bool Native { get; init; }

    /// <summary>As whom it reads the home; null in the plans of earlier versions.</summary>
    public PlannedUser? RunAs { get; init; }

    /// <summary>Of one that is taken away: the Secrets to pull its image with that came with it alone, and go with it.</summary>
    public IReadOnlyList<string>? PullSecrets { get; init; }
}

/// <summary>A user as the kernel knows it.</summary>
public sealed record PlannedUser
{
    public long User { get; init; }

    /// <summary>Null where only a user is stated, and the image settles the group.</summary>
    public long? Group { get; init; }

    /// <summary>Whether it is stated for the sidecar itself, and not what it gets from the pod or its image.</summary>
    public bool Stated { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{User}{(Group is { } group ? $":{group}" : "")}");
}

public sealed record GateVerdict
{
    public string Name { get => field ?? ""; init; }

    /// <summary><c>pass</c>, <c>warn</c> or <c>fail</c>.</summary>
    public string Verdict { get => field ?? "pass"; init; }

    public string Message { get => field ?? ""; init; }
}
