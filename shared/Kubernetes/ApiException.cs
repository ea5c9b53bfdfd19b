using System.Net;
using ChatOps.Values;

namespace ChatOps.Kubernetes;

/// <summary>
/// A refusal of the API server, or its absence: it names the verb, the object, the reason the server gave, and what to do.
/// </summary>
public sealed class ApiException : Exception
{
    internal ApiException(
        string verb, string subject, HttpStatusCode code, string reason, string message, string? hint, Exception? cause = null)
        : base($"{verb} {subject}: {message}", cause)
    {
        Verb = verb;
        Code = code;
        Reason = reason;
        Hint = hint;
    }

    public string Verb { get; }

    /// <summary>The HTTP status; 0 when no answer came.</summary>
    public HttpStatusCode Code { get; }

    /// <summary>
    /// The machine-readable reason, <c>NotFound</c>, <c>Conflict</c>, <c>Forbidden</c>, …; <c>Unreachable</c> when no answer came.
    /// </summary>
    public string Reason { get; }

    public string? Hint { get; }

    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    public bool IsConflict => Code == HttpStatusCode.Conflict;

    public bool AlreadyExists => Reason == "AlreadyExists";

    /// <summary>
    /// A right is missing, or a rule of the cluster is against it: the same call succeeds only after a person did something.
    /// </summary>
    public bool IsForbidden => Code == HttpStatusCode.Forbidden;

    /// <summary>Forbidden by a rule of the cluster, such as a quota or a webhook, and not for want of a right.</summary>
    public bool IsOfAdmission { get; init; }

    /// <summary>The resourceVersion is too old to resume from; list again.</summary>
    public bool IsGone => Code == HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>Whether the same call may succeed later by itself: no answer, overload, a server fault.</summary>
    public bool IsTransient => Code == 0 || Code == HttpStatusCode.TooManyRequests || (int)Code >= 500;

    public Fault ToFault() => new(Reason, Message, Hint);

    internal static ApiException Unreachable(string verb, string subject, Uri server, Exception cause) => new(
        verb, subject, 0, "Unreachable", $"the API server at {server.Authority} does not answer ({Innermost(cause)})",
        "It is asked again by itself; check that the cluster is up and that the network lets this pod reach it", cause);

    /// <summary>A success whose body is not the API's, as from a proxy that wants a sign-in, or cut off in the middle.</summary>
    internal static ApiException Unreadable(string verb, string subject, Uri server, Exception cause) => new(
        verb, subject, 0, "Unreadable", $"{server.Authority} answers, but not as a Kubernetes API server does ({Innermost(cause)})",
        "Check that the address is the API server's own and that no proxy answers for it", cause);

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null) e = e.InnerException;
        return e.Message.TrimEnd('.');
    }
}
