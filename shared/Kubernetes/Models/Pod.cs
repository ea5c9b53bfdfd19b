using System.Text.Json;

namespace ChatOps.Kubernetes;

public sealed record Pod : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }

    public PodSpec Spec { get => field ?? new(); init; }

    public PodStatus Status { get => field ?? new(); init; }

    public bool IsReady =>
        Metadata.DeletionTimestamp is null && Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>All its containers have ended for good.</summary>
    public bool IsOver => Status.Phase is "Succeeded" or "Failed";

    /// <summary>Whether a container of it runs or ever ran.</summary>
    public bool HasStarted => IsOver || Status.AllContainers.Any(c => c.State?.Running is not null || c.State?.Terminated is not null);
}

public sealed record PodTemplate
{
    public ObjectMeta? Metadata { get; init; }

    public PodSpec Spec { get => field ?? new(); init; }
}

public sealed record PodSpec
{
    public string? NodeName { get; init; }

    public IReadOnlyList<Container> Containers { get => field ?? []; init; }

    public IReadOnlyList<Container>? InitContainers { get; init; }

    public IReadOnlyList<Volume>? Volumes { get; init; }

    public string? RestartPolicy { get; init; }

    public long? TerminationGracePeriodSeconds { get; init; }

    public string? ServiceAccountName { get; init; }

    public PodSecurityContext? SecurityContext { get; init; }

    /// <summary>In a pod also those of its ServiceAccount, which the API server adds where the pod names none.</summary>
    public IReadOnlyList<LocalReference>? ImagePullSecrets { get; init; }

    public JsonElement? NodeSelector { get; init; }

    public JsonElement? Tolerations { get; init; }

    public Affinity? Affinity { get; init; }
}

public sealed record Container
{
    public string Name { get => field ?? ""; init; }

    public string Image { get => field ?? ""; init; }

    public string? ImagePullPolicy { get; init; }

    /// <summary><c>Always</c> on an init container makes it a native sidecar.</summary>
    public string? RestartPolicy { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public string? WorkingDir { get; init; }

    public IReadOnlyList<EnvVar>? Env { get; init; }

    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }

    public Probe? LivenessProbe { get; init; }

    public Probe? ReadinessProbe { get; init; }

    public Probe? StartupProbe { get; init; }

    public SecurityContext? SecurityContext { get; init; }
}

public sealed record EnvVar
{
    public string Name { get => field ?? ""; init; }

    public string? Value { get; init; }

    public EnvVarSource? ValueFrom { get; init; }
}

public sealed record EnvVarSource
{
    public FieldReference? FieldRef { get; init; }

    public KeyReference? SecretKeyRef { get; init; }

    public KeyReference? ConfigMapKeyRef { get; init; }
}

public sealed record FieldReference
{
    public string FieldPath { get => field ?? ""; init; }
}

public sealed record KeyReference
{
    public string Name { get => field ?? ""; init; }

    public string Key { get => field ?? ""; init; }

    public bool? Optional { get; init; }
}

public sealed record ContainerPort
{
    public string? Name { get; init; }

    public int Port => ContainerPortNumber;

    [System.Text.Json.Serialization.JsonPropertyName("containerPort")]
    public int ContainerPortNumber { get; init; }
}

public sealed record VolumeMount
{
    public string Name { get => field ?? ""; init; }

    public string MountPath { get => field ?? ""; init; }

    public string? SubPath { get; init; }

    /// <summary>As <see cref="SubPath"/>, with variables of the container in it.</summary>
    public string? SubPathExpr { get; init; }

    public bool? ReadOnly { get; init; }
}

public sealed record Volume
{
    public string Name { get => field ?? ""; init; }

    public ClaimVolume? PersistentVolumeClaim { get; init; }

    public JsonElement? EmptyDir { get; init; }

    public SecretVolume? Secret { get; init; }

    public ConfigMapVolume? ConfigMap { get; init; }

    public JsonElement? Projected { get; init; }

    public HostPathVolume? HostPath { get; init; }
}

public sealed record ClaimVolume
{
    public string ClaimName { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }
}

public sealed record SecretVolume
{
    public string? SecretName { get; init; }
}

public sealed record ConfigMapVolume
{
    public string? Name { get; init; }
}

public sealed record HostPathVolume
{
    public string Path { get => field ?? ""; init; }
}

public sealed record Probe
{
    public TcpSocketAction? TcpSocket { get; init; }

    public HttpGetAction? HttpGet { get; init; }

    public ExecAction? Exec { get; init; }

    public int? InitialDelaySeconds { get; init; }

    public int? PeriodSeconds { get; init; }

    public int? TimeoutSeconds { get; init; }

    public int? SuccessThreshold { get; init; }

    public int? FailureThreshold { get; init; }
}

public sealed record TcpSocketAction
{
    /// <summary>A number or the name of a container port.</summary>
    public JsonElement Port { get; init; }

    public string? Host { get; init; }
}

public sealed record HttpGetAction
{
    public JsonElement Port { get; init; }

    public string? Path { get; init; }

    public string? Host { get; init; }

    public string? Scheme { get; init; }
}

public sealed record ExecAction
{
    public IReadOnlyList<string>? Command { get; init; }
}
