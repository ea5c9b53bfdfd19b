using ChatOps.Testing;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>A release that knows nothing of a sidecar, and the ground one can be attached on.</summary>
internal static class AttachableRelease
{
    public const string Namespaces = """
        { apiVersion: v1, kind: Namespace, metadata: { name: signal } }
        ---
        { apiVersion: v1, kind: Namespace, metadata: { name: chatops } }
        ---

        """;

    /// <summary>What the chart makes for the sidecar.</summary>
    public const string Ground = """
        { apiVersion: v1, kind: ServiceAccount, metadata: { name: ghostwire-sidecar, namespace: signal } }
        ---
        { apiVersion: v1, kind: ConfigMap, metadata: { name: ghostwire-sidecar, namespace: signal },
          data: { sidecar.yaml: "target: ghostwire" } }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: ghostwire-archives, namespace: signal }
        spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
        ---

        """;

    /// <summary>The release of the public chart's shape, begun as quickly as a test can wait for.</summary>
    public static string Release() =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Charts", "ghostwire-release.yaml"))
            .Replace("initialDelaySeconds: 5", "initialDelaySeconds: 1", StringComparison.Ordinal)
            .Replace("periodSeconds: 5", "periodSeconds: 1", StringComparison.Ordinal);
}
