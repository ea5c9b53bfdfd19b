using System.Diagnostics;
using System.Text;
using ChatOps.Values;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Says how a container of one image is run on this machine; called anew for every start.</summary>
public delegate ProcessStartInfo ContainerProgram(ContainerContext container);

/// <summary>How the process kubelet is to run pods.</summary>
public sealed record KubeletOptions
{
    /// <summary>The directory under which claims (<c>volumes/namespace/claim</c>) and pods' own directories are kept.</summary>
    public required string Root { get; init; }

    /// <summary>Programs by image repository (no tag, no digest, a registry or none); any other image cannot be pulled.</summary>
    public required IReadOnlyDictionary<string, ContainerProgram> Programs { get; init; }

    /// <summary>The digests of tags that were pushed anew, by image; looked at whenever a container is made.</summary>
    public IReadOnlyDictionary<string, string> Pushed { get; init; } = new Dictionary<string, string>();

    public string NodeName { get; init; } = "local";

    /// <summary>How much longer a container with the tag <c>slow</c> takes to become ready.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The pause before the second restart of a crashing container; it doubles up to five minutes.</summary>
    public TimeSpan CrashBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the node tells that it is alive.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Which port of this machine stands for a container port of a pod (uid, port); the same port when null.</summary>
    public Func<string, int, int>? MapPort { get; init; }

    /// <summary>
    /// Whom images run as by themselves, by repository, root where none is named; processes then run as these users or as their
    /// securityContext says, which takes root. Null runs all as whoever runs the kubelet.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Users { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal ContainerProgram? ProgramOf(ImageReference image) =>
        Programs.GetValueOrDefault(image.Repository) ?? Programs.GetValueOrDefault(ImageName.Parse(image.Text)?.Path ?? "");
}

/// <summary>One container about to be started, with every reference in its specification resolved.</summary>
/// <param name="Mounts">Mount path to the directory of this machine that stands for it.</param>
public sealed record ContainerContext(
    string Namespace, string Pod, string PodUid, string Container, string Image, IReadOnlyList<string> Command, IReadOnlyList<string> Args,
    IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> Mounts,
    string WorkingDirectory, Func<int, int> HostPort)
{
    /// <summary>As whom it runs; null as whoever runs the kubelet.</summary>
    internal ContainerUser? User { get; init; }

    private const string Separators = "=: ,'\"";

    /// <summary>The path of this machine for a path in the container; a path below no mount is returned as it is.</summary>
    public string HostPath(string path)
    {
        var mount = Mounts.Keys.Where(one => IsBelow(path, one)).MaxBy(one => one.Length);
        return mount is null ? path : Mounts[mount] + path[mount.TrimEnd('/').Length..];
    }

    /// <summary>
    /// The same text with every mount path that begins it, or follows <c>=</c>, <c>:</c> or a space, made a path of this machine. What was
    /// put in is not looked at again: a path of this machine may begin like one of the container.
    /// </summary>
    public string Substitute(string text)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var begins = at == 0 || Separators.Contains(text[at - 1]);
            var mount = begins ? Mounts.Keys.Where(one => StandsAt(text, at, one)).MaxBy(one => one.Length) : null;
            result.Append(mount is null ? text[at].ToString() : Mounts[mount]);
            at += mount?.Length ?? 1;
        }
        return result.ToString();
    }

    /// <summary>A start of this program with the container's own arguments and environment, paths substituted.</summary>
    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = WorkingDirectory };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    private static bool StandsAt(string text, int at, string mount) => mount.Length > 0
        && string.CompareOrdinal(text, at, mount, 0, mount.Length) == 0
        && (at + mount.Length == text.Length || text[at + mount.Length] == '/' || Separators.Contains(text[at + mount.Length]));

    private static bool IsBelow(string path, string mount) =>
        path == mount || path.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal);
}
