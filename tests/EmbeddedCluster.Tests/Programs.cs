using ChatOps.Cluster.Kubelet;

namespace ChatOps.Cluster.Tests;

/// <summary>The images of these tests: small shells whose behaviour a test can see.</summary>
internal static class Programs
{
    public static IReadOnlyDictionary<string, ContainerProgram> All { get; } = new Dictionary<string, ContainerProgram>
    {
        ["test/polite"] = container => container.Start("/bin/sh", "-c", $"trap 'echo stopping; exit 0' TERM; echo started {container.Image}; while :; do sleep 0.05; done"),
        ["test/stubborn"] = container => container.Start("/bin/sh", "-c", "trap '' TERM; echo started; while :; do sleep 0.05; done"),
        ["test/shell"] = container => container.Start("/bin/sh", container.Args),
    };

    public static string StatefulSet(string name, string image, int replicas = 1, string more = "") => $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: {{name}} }
        spec:
          serviceName: {{name}}
          replicas: {{replicas}}
          selector: {matchLabels: {app: {{name}} } }
          template:
            metadata: {labels: {app: {{name}} } }
            spec:
              terminationGracePeriodSeconds: 2
              containers:
              - name: app
                image: {{image}}
                volumeMounts: [{name: data, mountPath: /data}]
                {{more}}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Gi} } }
        """;

    public static string Deployment(string name, string image, int replicas = 2, int deadline = 600) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}} }
        spec:
          replicas: {{replicas}}
          progressDeadlineSeconds: {{deadline}}
          selector: {matchLabels: {app: {{name}} } }
          template:
            metadata: {labels: {app: {{name}} } }
            spec:
              terminationGracePeriodSeconds: 2
              containers: [{name: app, image: "{{image}}" }]
        """;

    public static string Pod(string name, string image, string container = "", string pod = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}} }
        spec:
          terminationGracePeriodSeconds: 2
          {{pod}}
          containers:
          - name: app
            image: {{image}}
            {{container}}
        """;
}
