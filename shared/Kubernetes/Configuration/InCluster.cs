using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Kubernetes;

/// <summary>The service account every pod is given ("Accessing the Kubernetes API from a Pod").</summary>
internal static class InCluster
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsAvailable => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 }
        && File.Exists($"{Folder}/token");

    public static ClusterConnection Connect()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST")!;
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile($"{Folder}/ca.crt");
        return new ClusterConnection(new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"))
        {
            Namespace = File.Exists($"{Folder}/namespace") ? File.ReadAllText($"{Folder}/namespace").Trim() : "default",
            Credentials = new TokenFile($"{Folder}/token", TimeProvider.System),
            Authorities = authorities,
        };
    }
}
