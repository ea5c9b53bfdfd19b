using System.Globalization;
using System.Text;
using ChatOps.Cluster;

namespace ChatOps.Testing.Cluster;

/// <summary>
/// Many workloads of an embedded cluster in some namespaces, and the targets that declare them: seven in ten are Deployments, the others
/// StatefulSets that have a home in the care of a sidecar.
/// </summary>
public sealed class Crowd(int size, int namespaces = 10)
{
    public int Size => size;

    public IEnumerable<string> Targets => Enumerable.Range(0, size).Select(NameOf);

    public IEnumerable<string> WithHomes => Enumerable.Range(0, size).Where(HasHome).Select(NameOf);

    /// <summary>Those that have a target: ten stand together.</summary>
    public IEnumerable<string> Namespaces => Enumerable.Range(0, Math.Min(namespaces, (size + 9) / 10)).Select(i => Namespace(i * 10));

    public string NamespaceOf(string target) => Namespace(int.Parse(target.AsSpan(4), CultureInfo.InvariantCulture));

    /// <summary>The definitions of our resources.</summary>
    public static void Define(EmbeddedCluster into)
    {
        foreach (var definition in Definitions.Texts) into.Apply(definition);
    }

    /// <summary>The definitions of our resources and every workload, with the image <c>app:1</c>.</summary>
    public void Move(EmbeddedCluster into)
    {
        Define(into);
        foreach (var ns in Namespaces)
        {
            into.Apply($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}}}}}");
            into.Apply(Claim, ns);
        }
        for (var i = 0; i < size; i++) into.Apply(Workload(i), Namespace(i));
    }

    /// <summary>The lines under <c>targets:</c> in <c>chatops.yaml</c>.</summary>
    public string Settings(string with = "")
    {
        var text = new StringBuilder();
        for (var i = 0; i < size; i++)
        {
            var home = HasHome(i) ? ", home: { path: /data, claim: data, sidecarImage: \"sidecar:1\" }" : "";
            var workload = $"{Kind(i)}/{NameOf(i)}, namespace: {Namespace(i)}";
            text.Append(CultureInfo.InvariantCulture, $"  {NameOf(i)}: {{ workload: {workload}{home}{with} }}\n");
        }
        return text.ToString();
    }

    private const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data }
        spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
        """;

    private static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"app-{i}");

    private static string Kind(int i) => HasHome(i) ? "statefulset" : "deployment";

    private static bool HasHome(int i) => i % 10 >= 7;

    private string Namespace(int i) => string.Create(CultureInfo.InvariantCulture, $"crowd-{i / 10 % namespaces}");

    private static string Workload(int i) => $$"""
        apiVersion: apps/v1
        kind: {{(Kind(i) == "deployment" ? "Deployment" : "StatefulSet")}}
        metadata: { name: {{NameOf(i)}} }
        spec:
          replicas: 1
          {{(Kind(i) == "deployment" ? "revisionHistoryLimit: 2" : $"serviceName: {NameOf(i)}")}}
          selector: { matchLabels: { app: {{NameOf(i)}} } }
          template:
            metadata: { labels: { app: {{NameOf(i)}} } }
            spec:
              containers: [{ name: app, image: "app:1" }]
        """;
}
