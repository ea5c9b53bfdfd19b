using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>
/// Takes people's decisions. A word counts only from the right person, once, in time, and while the plan it was shown is still what the
/// live state gives; everything else changes nothing and says why.
/// </summary>
internal sealed class ApprovalDesk(
    IKubernetesClient client, BotSettings settings, ChangeBoard board, Planner planner, ChangeRequests requests, ChatPlatforms platforms,
    ResourceMessages messages, TimeProvider time)
{
    /// <summary>The change a button belongs to and what it stands for; null for a forged or forgotten one.</summary>
    public (Change Change, bool Deny)? Find(string button)
    {
        foreach (var change in board.Informer.Items)
        {
            if (ChangeRequests.ActionOf(change, button) is { } action) return (change, action == "deny");
        }
        return null;
    }

    /// <summary>The sentence to show whoever decided.</summary>
    public async Task<string> DecideAsync(
        string changeName, Person person, bool deny, string? reason, string invocationId, CancellationToken ct)
    {
        while (true)
        {
            var change = await client.GetAsync(ChatOpsKinds.Changes, board.Namespace, changeName, ct);
            try
            {
                return await DecideOnAsync(change, person, deny, reason, invocationId, ct);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Somebody decided in the same moment: look again with their word in it.
            }
        }
    }

    private async Task<string> DecideOnAsync(
        Change change, Person person, bool deny, string? reason, string invocationId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (ApprovalPolicy.Refusal(change, person, deny, now) is { } refusal)
        {
            if (refusal.Kind == "Expired") await WriteAsync(change, change.Status.Expire(now), ct);
            throw new FaultException(refusal);
        }
        var word = new Approval { Person = person.Name, At = now, PlanDigest = change.Spec.Plan.Digest, Reason = reason };
        if (deny)
        {
            await WriteAsync(change, change.Status.Deny(word, now), ct);
            return $"Change {change.Spec.Number} is denied.";
        }
        if (await StaleAsync(change, ct) is { } stale) return await PlanAnewAsync(change, stale, invocationId, ct);
        var after = change.Status.Approve(word, change.Spec.Approvals.Required);
        await WriteAsync(change, after, ct);
        var missing = change.Spec.Approvals.Required - after.Agreed;
        return missing > 0 ? $"Noted; {missing} more needed." : $"Change {change.Spec.Number} is approved and starts now.";
    }

    private async Task<string?> StaleAsync(Change change, CancellationToken ct)
    {
        if (!settings.Targets.TryGetValue(change.Spec.Target, out var target)) return $"{change.Spec.Target} is no longer declared";
        try
        {
            var now = await planner.PlanAsync(target, change.Spec.Action, change.Spec.Parameters, ct, change.Spec.Number);
            return PlanComparison.Difference(change.Spec.Plan, now);
        }
        catch (FaultException e)
        {
            return e.Fault.Message;
        }
    }

    /// <summary>Ends the stale change and asks for the same thing again, so that approvers see what would happen now.</summary>
    private async Task<string> PlanAnewAsync(Change change, string moved, string invocationId, CancellationToken ct)
    {
        var ended = change.Status.Supersede(new("PlanStale", moved, "A new plan takes its place where one can be made"), time.GetUtcNow());
        await WriteAsync(change, ended, ct);
        var shownIn = MessageReference.Of(change);
        var person = settings.People.FirstOrDefault(p => p.Name == change.Spec.RequestedBy.Person);
        if (person is null || shownIn.Count == 0 || !settings.Targets.TryGetValue(change.Spec.Target, out var target))
            return $"Nothing was done: {moved}.";
        try
        {
            var card = new Card(CardState.Working, $"{ChangeCards.Title(change)}: planned anew");
            var message = await platforms.SendAsync(shownIn[0].Platform, shownIn[0].Channel, card, ct);
            var wish = new ChangeWish($"{invocationId}/anew", person, target, change.Spec.Action, change.Spec.Parameters, message);
            var anew = await requests.CreateAsync(wish, ct);
            return $"Nothing was done: {moved}. Change {anew.Spec.Number} has the new plan; look at it and decide again.";
        }
        catch (FaultException e)
        {
            return $"Nothing was done: {moved}. {e.Fault}";
        }
    }

    /// <summary>Stores a decision and shows it before the person gets an answer, without the way round through the watch.</summary>
    private async Task WriteAsync(Change change, ChangeStatus after, CancellationToken ct)
    {
        var written = await client.WriteStatusAsync(change, after, ct);
        messages.Show(ChatOpsKinds.Changes, written, ChangeCards.Of(written));
    }
}
