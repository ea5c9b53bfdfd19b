using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Commands;

/// <summary>Asks for a new version: makes a plan and a Change; nothing runs before it is approved.</summary>
internal sealed class DeployCommand(BotSettings settings, AccessRules access, ChangeRequests requests) : ICommand
{
    public CommandDeclaration Declaration { get; } = new(
        "deploy", "bring out a version; goes back by itself when it does not come up", Permission.Deploy,
        TargetOption.Required, new CommandOption("version", "a tag or a digest of its image", OptionKind.Version, Required: true));

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var target = TargetOption.Resolve(settings, access, call, Permission.Deploy);
        var parameters = new Dictionary<string, string> { ["version"] = call["version"]! };
        var change = await requests.CreateAsync(
            new ChangeWish(call.Invocation.Id, call.Person, target, "deploy", parameters, call.Message), ct);
        return ChangeOption.ReplyWith(change, call);
    }
}
