using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Commands;

/// <summary>Asks for the sidecar beside an application: makes a plan and a Change, because the pod is started anew with it.</summary>
internal sealed class AttachCommand(BotSettings settings, AccessRules access, ChangeRequests requests) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "attach", "put the sidecar beside it, or bring the one there up to date; starts it anew", Permission.Deploy, TargetOption.Required);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) => AskAsync(settings, access, requests, call, Declaration.Name, ct);

    /// <summary>Asks for a change of this name that takes nothing but a target.</summary>
    public static async Task<Reply> AskAsync(
        BotSettings settings, AccessRules access, ChangeRequests requests, CommandCall call, string action, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Deploy);
        var none = new Dictionary<string, string>();
        var change = await requests.CreateAsync(new ChangeWish(call.Invocation.Id, call.Person, target, action, none, call.Message), ct);
        return ChangeOption.ReplyWith(change, call);
    }
}

/// <summary>Asks for the sidecar to be taken away again; snapshots end with it, archives stay.</summary>
internal sealed class DetachCommand(BotSettings settings, AccessRules access, ChangeRequests requests) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "detach", "take the sidecar away; starts it anew, and its archives stay", Permission.Deploy, TargetOption.Required);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) =>
        AttachCommand.AskAsync(settings, access, requests, call, Declaration.Name, ct);
}
