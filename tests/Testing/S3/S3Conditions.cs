namespace ChatOps.Testing.S3;

/// <summary>
/// Conditional requests as S3 answers them. Source: Amazon S3 User Guide, "Add preconditions to S3 operations with conditional requests".
/// </summary>
internal static class S3Conditions
{
    public static (int Status, string Name)? Refusal(S3Call call, S3Server server)
    {
        var writes = call.Method is "PUT" && !call.IsPart || call.IsComplete;
        if (writes && call.Header("If-None-Match") == "*" && server.ETag(call.Key) is not null) return (412, "PreconditionFailed");
        if (call.IsComplete && server.Uploads().All(upload => upload.Id != call.Query("uploadId"))) return (404, "NoSuchUpload");
        if (call.Method == "GET" && call.Header("If-Match") is { } tag && server.ETag(call.Key) is { } now && now != tag)
            return (412, "PreconditionFailed");
        return null;
    }
}
