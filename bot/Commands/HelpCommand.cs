using ChatOps.Bot.Access;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Commands;

/// <summary>The commands this person may use, from their own declarations.</summary>
internal sealed class HelpCommand(Func<CommandCatalog> catalog, AccessRules access, Settings.BotSettings settings) : ICommand
{
    public CommandDeclaration Declaration { get; } = new("help", "what you can ask for", null);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) =>
        Task.FromResult<Reply>(new Card(CardState.Information, "What you can ask for")
        {
            Fields = [.. catalog().All.Where(c => Allowed(call.Person, c.Declaration.Needs))
                .Select(c => new CardField(c.Declaration.Usage, c.Declaration.Summary))],
            Footer = "Words in brackets may be left out; option:value names one",
        });

    private bool Allowed(Person person, Permission? needs) =>
        needs is not { } permission || settings.Targets.Keys.Any(t => access.May(person, permission, t));
}
