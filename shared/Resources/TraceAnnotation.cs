using System.Diagnostics;
using System.Text.Json.Nodes;
using ChatOps.Kubernetes;
using ChatOps.Traces;

namespace ChatOps.Resources;

/// <summary>
/// Annotation: the span that asked for a resource, as a traceparent. Whoever carries the resource out goes on with that trace.
/// </summary>
public static class TraceAnnotation
{
    public const string Name = $"{ChatOpsKinds.Group}/traceparent";

    /// <summary>Adds the span that is going on, where there is one.</summary>
    public static JsonObject WithTrace(this JsonObject annotations)
    {
        if (Spans.HeaderOf(Activity.Current) is { } header) annotations[Name] = header;
        return annotations;
    }

    /// <summary>The context a resource came with; anybody may have written it, so what is no traceparent is none.</summary>
    public static ActivityContext TraceOf(IResource resource) => Spans.Parse(resource.Metadata.Annotation(Name));
}
