using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// Words for whatever a bucket answered, or did not: operation, store, cause and the next thing to type.
/// Source: Amazon S3 API Reference, "Error responses", "List of error codes".
/// </summary>
internal static class S3Faults
{
    public static Fault Of(Exception failure, string operation, string location)
    {
        var (kind, cause, hint) = failure switch
        {
            AmazonS3Exception answer => OfAnswer(answer),
            AmazonServiceException { StatusCode: 0 } or HttpRequestException or IOException or TimeoutException
                or OperationCanceledException => Unreachable(failure),
            AmazonServiceException service => ("BadCredentials", Words(service), "Check the role or the keys the environment gives"),
            AmazonClientException client => ("NoCredentials", client.Message,
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the pod's service account a role"),
            _ => ("StoreFailed", $"{failure.GetType().Name}: {failure.Message}", null),
        };
        return new(kind, $"{operation} the store {location}: {cause}", hint);
    }

    /// <summary>The object was there before, or another request for it was faster.</summary>
    public static bool IsConflict(Exception? failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict };

    public static bool IsMissing(Exception? failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>The server does not know this call or header at all.</summary>
    public static bool IsUnsupported(Exception? failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed };

    private static (string Kind, string Cause, string? Hint) OfAnswer(AmazonS3Exception answer) => answer.ErrorCode switch
    {
        "NoSuchBucket" => ("NoSuchBucket", "there is no such bucket", "Create it, or correct --store (SIDECAR_STORE)"),
        "RequestTimeTooSkewed" => ("ClockSkew", "the clock of this machine is wrong by more than the store allows", "Set it, by NTP best"),
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => (
            "BadCredentials", Words(answer), "Check the keys or the role the environment gives, and the endpoint they belong to"),
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IncorrectEndpoint" or "TemporaryRedirect" or "InvalidRegionName" => (
            "WrongRegion", $"the bucket is in another region: {Words(answer)}", "Give --store-option region=REGION"),
        "NotImplemented" => ("StoreUnsupported", Words(answer),
            "Leave out the option this server does not know; for x-amz-checksum-sha256, which is sent without being asked for, say "
                + "--store-option checksums=none"),
        _ when answer.Message.Contains("checksum", StringComparison.OrdinalIgnoreCase) => ("StoreUnsupported", Words(answer),
            "If this server does not know x-amz-checksum-sha256, say --store-option checksums=none"),
        _ => OfStatus(answer),
    };

    private static (string Kind, string Cause, string? Hint) OfStatus(AmazonS3Exception answer) => (int)answer.StatusCode switch
    {
        0 => Unreachable(answer),
        301 or 307 => ("WrongRegion", "the bucket is in another region", "Give --store-option region=REGION"),
        401 or 403 => ("StoreAccessDenied", Words(answer), "Allow the actions that the sidecar's README lists under Permissions"),
        429 or >= 500 => ("StoreBusy", $"it went on refusing for the moment: {Words(answer)}", "Try again later"),
        _ => ("StoreRefused", Words(answer), null),
    };

    private static (string Kind, string Cause, string? Hint) Unreachable(Exception failure)
    {
        var deepest = failure;
        while (deepest.InnerException is { } inner)
            deepest = inner;
        return ("StoreUnreachable", $"it cannot be reached: {deepest.Message}",
            "Check the network and --store-option endpoint=https://HOST[:PORT]");
    }

    private static string Words(AmazonServiceException answer) =>
        string.IsNullOrEmpty(answer.ErrorCode) ? $"HTTP {(int)answer.StatusCode}" : $"{answer.Message} ({answer.ErrorCode})";
}
