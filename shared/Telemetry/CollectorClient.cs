using System.Security.Cryptography.X509Certificates;

namespace ChatOps.Telemetry;

/// <summary>The HTTP client for one signal: with the certificates that the variables name, and with every failure noted.</summary>
internal static class CollectorClient
{
    private const long LongestAnswer = 1024 * 1024;

    public static HttpClient For(OtlpTarget target, Outages outages)
    {
        var below = new SocketsHttpHandler { ConnectTimeout = target.Timeout, ActivityHeadersPropagator = null };
        if (target.Authorities is { } authorities) below.SslOptions.CertificateChainPolicy = Trusting(authorities);
        if (target.Client is var (certificate, key))
            below.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        var noted = new NotedSending(target.Address, outages, below);
        return new(noted) { Timeout = target.Timeout, MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>These certificates and no others.</summary>
    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
