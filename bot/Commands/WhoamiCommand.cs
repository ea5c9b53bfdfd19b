using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Commands;

/// <summary>Who the bot takes the person for.</summary>
internal sealed class WhoamiCommand : ICommand
{
    public CommandDeclaration Declaration { get; } = new("whoami", "who the bot takes you for", null);

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) =>
        Task.FromResult<Reply>(new Card(CardState.Information, $"You are {call.Person.Name}")
        {
            Fields =
            [
                new("account", $"{call.Invocation.Platform}:{call.Invocation.User}"),
                new("roles", call.Person.Roles.Count == 0 ? "none" : string.Join(", ", call.Person.Roles)),
            ],
        });
}
