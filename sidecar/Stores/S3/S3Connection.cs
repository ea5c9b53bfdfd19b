using Amazon;
using Amazon.Runtime;
using Amazon.RuntimeDependencies;
using Amazon.S3;
using Amazon.SecurityToken;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// Opens clients of the AWS SDK that retry what is transient by themselves, each call (so each part) on its own, with back-off and jitter.
/// That is why there is no retrying decorator over stores: it could only repeat a whole stream, which cannot be read twice.
/// </summary>
internal static class S3Connection
{
    /// <summary>About a minute of failures: a server that restarts must not cost a snapshot.</summary>
    public const int Patient = 7;

    /// <summary>For asking whether a store can be used at all: somebody waits for the answer.</summary>
    public const int Brief = 1;

    static S3Connection() =>
        // The SDK looks for this class by its name, which does not survive trimming; IRSA needs it.
        // The exchange of a service account's token is its own proof: credentials for it would be looked for in the chain that asks.
        GlobalRuntimeDependencyRegistry.Instance.RegisterSecurityTokenServiceClient(context =>
            new AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), context.SecurityTokenServiceClientContextData.Region));

    /// <param name="credentials">Null for the default chain: environment, profile, IRSA, container, IMDS.</param>
    public static IAmazonS3 Open(S3Settings settings, int retries, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = retries,
            ForcePathStyle = settings.PathStyle,
            // Every call has a limit of its own, which grows with what it carries.
            Timeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ClientAppId = "chatops-sidecar",
            // Checksums are given by us as headers: those the SDK adds are trailers, which many servers other than S3 store as data.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint is { } endpoint)
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint.ToString(), settings.Region);
        else if (settings.Region is { } region)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        try
        {
            return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
        }
        catch (AmazonClientException failure) when (settings.Endpoint is null && config.RegionEndpoint is null)
        {
            throw new FaultException(new Fault(
                "NoRegion", "neither an option, the environment nor a profile says in which region the bucket is",
                "Give --store-option region=REGION or set AWS_REGION"), failure);
        }
    }
}
