using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Access;

/// <summary>Decides whether a person's word counts for a change at a given moment; pure.</summary>
internal static class ApprovalPolicy
{
    /// <summary>Null when it counts. An expired change is refused with the kind <c>Expired</c>.</summary>
    public static Fault? Refusal(Change change, Person person, bool denying, DateTimeOffset now)
    {
        var name = $"change {change.Spec.Number}";
        if (change.Status.Phase != ChangePhase.AwaitingApproval)
            return new Fault("NotWaiting", $"{name} no longer waits for approval: {Standing(change)}");
        if (change.Spec.Approvals.ExpiresAt is { } expires && now >= expires)
            return new Fault("Expired", $"{name} expired at {expires:HH:mm} UTC", "Ask for it again; the plan is made anew");
        if (change.Status.Approvals?.Any(a => a.Person == person.Name) == true)
            return new Fault("Twice", $"{person.Name} has already agreed to {name}", "It needs somebody else");
        var own = change.Spec.RequestedBy.Person == person.Name;
        // Whoever asked may always take it back.
        if (denying && own) return null;
        var role = change.Spec.Approvals.Role;
        if (role is not null && !person.Roles.Contains(role))
            return new Fault("WrongPerson", $"{person.Name} cannot decide on {name}", $"It takes somebody with the role {role}");
        return own && !change.Spec.Approvals.SelfApproval
            ? new Fault(
                "OwnRequest", $"{person.Name} asked for {name} and cannot approve it", $"It takes somebody else with the role {role}")
            : null;
    }

    private static string Standing(Change change)
    {
        var last = change.Status.Approvals is { Count: > 0 } given ? given[^1] : null;
        return change.Status.Phase switch
        {
            ChangePhase.Denied => $"denied by {last?.Person}",
            ChangePhase.Expired => "it expired",
            ChangePhase.RolledBack => $"approved by {last?.Person}, rolled back since",
            ChangePhase.Superseded => "the live state had moved, a new plan took its place",
            _ when last is not null => $"approved by {last.Person}, now {change.Status.Phase.ToString().ToLowerInvariant()}",
            _ => change.Status.Phase.ToString().ToLowerInvariant(),
        };
    }
}
