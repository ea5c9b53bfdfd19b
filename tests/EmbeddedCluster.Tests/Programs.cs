using ChatOps.Cluster.Kubelet;

namespace ChatOps.Cluster.Tests;

/// <summary>The images of these tests: small shells whose behaviour a test can see.</summary>
internal static class Programs
{
    public static IReadOnlyDictionary<string, ContainerProgram> All { get; } = new Dictionary<string, ContainerProgram>
    {
        ["test/polite"] = container => container.Start("/bin/sh", "-c",
            $"trap 'echo stopping; kill $!; exit 0' TERM; echo started {container.Image}; sleep 1000000 & wait"),
        ["test/stubborn"] = container => container.Start("/bin/sh", "-c", "trap '' TERM; echo started; exec sleep 1000000"),
        ["test/shell"] = container => container.Start("/bin/sh", container.Args),
        ["test/server"] = container => container.Start("perl", ["-e", Server, .. container.Args]),
    };

    /// <summary>
    /// A web server with two arguments, port and directory: it listens while <c>listen</c> is there, answers 200 while <c>healthy</c> is.
    /// </summary>
    private const string Server = """
        use IO::Socket::INET;
        $SIG{TERM} = sub { exit 0 };
        $SIG{PIPE} = 'IGNORE';
        my ($port, $directory) = @ARGV;
        my $server;
        while (1) {
            if (!-e "$directory/listen") { undef $server; select(undef, undef, undef, 0.05); next }
            $server //= IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 8, ReuseAddr => 1, Timeout => 0.1);
            if (!$server) { select(undef, undef, undef, 0.05); next }
            my $client = $server->accept or next;
            while (<$client>) { last if /^\r?\n/ }
            print $client -e "$directory/healthy" ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 Unhealthy",
                "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            close $client;
        }
        """;

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
