using ChatOps.Values;

namespace ChatOps.Resources;

/// <summary>A failure as a resource's status tells it: <c>reason</c> for programs, <c>message</c> and <c>hint</c> for people.</summary>
public sealed record ResourceFault(string Reason, string Message, string? Hint = null)
{
    public static ResourceFault From(Fault fault) => new(fault.Kind, fault.Message, fault.Hint);

    public Fault ToFault() => new(Reason, Message, Hint);
}
