using System.Diagnostics;

namespace ChatOps.Traces;

/// <summary>
/// Makes the spans of this product. A request has one whether or not anybody collects it, so that its log lines always have an id in
/// common; the context of a span travels as text, and such a text is hostile until it is read here.
/// </summary>
/// <remarks>Source: W3C, "Trace Context", section 3.2, traceparent header.</remarks>
public static class Spans
{
    public static readonly ActivitySource Source = new("ChatOps");

    private const string RequestTag = "chatops.request";

    /// <summary>The one length there is in the only version there is.</summary>
    private const int HeaderLength = 55;

    /// <summary>Begins the span of one request, which belongs to its parent and to nothing else that may be going on around it.</summary>
    /// <param name="request">The id of the message or press that asked for it; null where nobody asked.</param>
    public static Activity Begin(string name, ActivityKind kind, string? request, ActivityContext parent = default)
    {
        Activity.Current = null;
        var span = Source.StartActivity(name, kind, parent) ?? Unheard(name, parent);
        return request is null ? span : span.SetTag(RequestTag, request);
    }

    /// <summary>Begins a part of what goes on; null when nothing does, or nobody listens.</summary>
    public static Activity? Part(string name) => Activity.Current is null ? null : Source.StartActivity(name);

    /// <summary>The id of the request that this is a part of.</summary>
    public static string? RequestOf(Activity? span)
    {
        for (; span is not null; span = span.Parent)
            if (span.GetTagItem(RequestTag) is string request) return request;
        return null;
    }

    /// <summary>The span as a traceparent; null where there is none.</summary>
    public static string? HeaderOf(Activity? span) => span is { IdFormat: ActivityIdFormat.W3C } ? span.Id : null;

    /// <summary>The context that a traceparent names; nobody's when it is none, whatever it is instead.</summary>
    public static ActivityContext Parse(string? header) =>
        header is { Length: HeaderLength } && header.StartsWith("00-", StringComparison.Ordinal)
        && ActivityContext.TryParse(header, traceState: null, isRemote: true, out var context) ? context : default;

    /// <summary>The last word on a span: how it ended, and whether that was a failure.</summary>
    public static void End(Activity? span, string outcome, bool failed)
    {
        span?.SetTag("chatops.outcome", outcome);
        if (failed) span?.SetStatus(ActivityStatusCode.Error, outcome);
    }

    /// <summary>Where nobody here listens, somebody who is handed the context still may.</summary>
    private static Activity Unheard(string name, ActivityContext parent)
    {
        var span = new Activity(name);
        if (parent != default) span.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        span.SetIdFormat(ActivityIdFormat.W3C).Start();
        if (parent == default && !Source.HasListeners()) span.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        return span;
    }
}
