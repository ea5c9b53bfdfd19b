using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Kubernetes;

/// <summary>Where an API server is, how to know it is the right one, and how to say who we are.</summary>
public sealed record ClusterConnection(Uri Server)
{
    public string Namespace { get; init; } = "default";

    public Credentials Credentials { get; init; } = Credentials.None;

    /// <summary>The authorities that may have signed the server's certificate; null means those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    public bool SkipServerVerification { get; init; }

    /// <summary>The name to expect in the server's certificate where it differs from the address.</summary>
    public string? ServerName { get; init; }

    public Uri? Proxy { get; init; }

    /// <summary>
    /// The cluster this process should speak to: <c>KUBECONFIG</c> or <c>~/.kube/config</c> when there is one, else the pod's own service
    /// account. Neither is a <see cref="Values.FaultException"/> that says how to provide one.
    /// </summary>
    public static ClusterConnection Discover(string? context = null)
    {
        var kubeconfig = Kubeconfig.DefaultPaths();
        if (kubeconfig.Count > 0) return Kubeconfig.Load(kubeconfig).Connect(context);
        if (InCluster.IsAvailable) return InCluster.Connect();
        throw new Values.FaultException(new(
            "NoCluster", "find a cluster: no kubeconfig and not running in a pod", "Set KUBECONFIG to a kubeconfig file"));
    }

    internal HttpClient CreateHttpClient()
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = Proxy is not null,
            Proxy = Proxy is null ? null : new WebProxy(Proxy),
            SslOptions = Tls(),
        };
        return new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private SslClientAuthenticationOptions Tls()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = ServerName };
        if (ClientCertificate is not null) options.ClientCertificates = [ClientCertificate];
        if (SkipServerVerification)
        {
#pragma warning disable CA5359 // The kubeconfig says insecure-skip-tls-verify: the person's own choice, for test clusters.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (Authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }
        return options;
    }
}
