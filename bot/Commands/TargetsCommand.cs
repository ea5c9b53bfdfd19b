using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Commands;

/// <summary>What the person may act on, and how.</summary>
internal sealed class TargetsCommand(AccessRules access) : ICommand
{
    public CommandDeclaration Declaration { get; } = new("targets", "what you may act on", null);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        var targets = access.Visible(call.Person).ToList();
        if (targets.Count == 0)
        {
            return Task.FromResult<Reply>(new Card(CardState.Warning, "There is nothing you may see")
            {
                Lines = ["Ask whoever keeps chatops.yaml for a role that may view a target"],
            });
        }
        return Task.FromResult<Reply>(new Card(CardState.Information, targets.Count == 1 ? "One target" : $"{targets.Count} targets")
        {
            Fields = [.. targets.Select(t => new CardField(t.Name, Describe(call.Person, t)))],
            Buttons = [.. targets.Take(4).Select(t => new Button($"/status {t.Name}", t.Name))],
        });
    }

    private string Describe(Person person, Target target)
    {
        var may = Enum.GetValues<Permission>().Where(p => access.May(person, p, target.Name)).Select(p => p.ToString().ToLowerInvariant());
        return $"{target.WorkloadKind} {target.Namespace}/{target.WorkloadName} · you may {string.Join(", ", may)}";
    }
}
