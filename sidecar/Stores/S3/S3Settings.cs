using System.Text.RegularExpressions;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>How a bucket is spoken to; never holds credentials, which come from the default chain of the AWS SDK.</summary>
internal sealed partial record S3Settings
{
    private const string Endpoints = "endpoint", Parts = "part-mib";

    public static IReadOnlyList<string> Known { get; } =
        [Endpoints, "region", "path-style", "sse", "kms-key", "lock", "lock-days", "storage-class", "checksums", Parts];

    public static IReadOnlyList<string> KnownToGoogle { get; } = [Endpoints, Parts];

    /// <summary>Null for AWS itself.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Null to take it from the environment or the profile.</summary>
    public string? Region { get; init; }

    public bool PathStyle { get; init; }

    /// <summary>AES256 or aws:kms; null for what the bucket does by itself.</summary>
    public string? Encryption { get; init; }

    public string? KmsKey { get; init; }

    /// <summary>GOVERNANCE or COMPLIANCE; null for what the bucket does by itself.</summary>
    public string? LockMode { get; init; }

    public TimeSpan LockFor { get; init; }

    public string? StorageClass { get; init; }

    /// <summary>Sends SHA-256 as <c>x-amz-checksum-sha256</c>, which S3 keeps; the signature covers the body in any case.</summary>
    public bool Checksums { get; init; } = true;

    /// <summary>Sends <c>If-None-Match: *</c> with what must not overwrite.</summary>
    public bool Conditional { get; init; } = true;

    public int PartMebibytes { get; init; } = 8;

    public static S3Settings ForS3(StoreOptions options)
    {
        var endpoint = EndpointOf(options);
        var settings = new S3Settings
        {
            Endpoint = endpoint,
            Region = Word(options, "region") ?? (endpoint is null ? null : "us-east-1"),
            PathStyle = options.Flag("path-style") ?? endpoint is not null,
            Encryption = options.OneOf("sse", "AES256", "aws:kms"),
            KmsKey = options.Find("kms-key"),
            LockMode = options.OneOf("lock", "governance", "compliance")?.ToUpperInvariant(),
            LockFor = TimeSpan.FromDays(options.Number("lock-days", 1, 36_500) ?? 0),
            StorageClass = Word(options, "storage-class"),
            Checksums = options.OneOf("checksums", "sha256", "none") != "none",
            PartMebibytes = options.Number(Parts, 5, 256) ?? 8,
        };
        settings.Check();
        return settings;
    }

    /// <summary>
    /// Cloud Storage through its S3-compatible interface. Source: Cloud Storage documentation, "Fully migrate from Amazon S3" and "HTTP
    /// headers and query string parameters for XML API": neither x-amz-checksum-* nor If-None-Match on writes is among them.
    /// </summary>
    public static S3Settings ForGoogle(StoreOptions options) => new()
    {
        Endpoint = EndpointOf(options) ?? new("https://storage.googleapis.com"),
        Region = "auto",
        PathStyle = true,
        Checksums = false,
        Conditional = false,
        PartMebibytes = options.Number(Parts, 5, 256) ?? 8,
    };

    private void Check()
    {
        if (KmsKey is not null && Encryption != "aws:kms")
            throw StoreOptions.Bad("kms-key", "needs sse=aws:kms", "Give sse=aws:kms as well");
        if (LockMode is null != (LockFor == TimeSpan.Zero))
            throw StoreOptions.Bad("lock", "and lock-days go together", "Give both, such as lock=governance and lock-days=30");
        if (LockMode is not null && !Checksums)
            throw StoreOptions.Bad("checksums", "must not be none with a lock: S3 refuses to lock what has no checksum", "Leave it out");
    }

    private static Uri? EndpointOf(StoreOptions options) => options.Find(Endpoints) switch
    {
        null => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { UserInfo: "", Query: "", AbsolutePath: "/" } => uri,
        _ => throw StoreOptions.Bad(Endpoints, "is not written as https://HOST[:PORT]", "Leave path, query and credentials out of it"),
    };

    private static string? Word(StoreOptions options, string name) => options.Find(name) switch
    {
        null => null,
        var text when Plain().IsMatch(text) => text,
        _ => throw StoreOptions.Bad(name, "holds more than letters, digits, '-' and '_'", StoreOptions.Hint),
    };

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z")]
    private static partial Regex Plain();
}
