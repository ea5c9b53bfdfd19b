using ChatOps.Bot.Access;
using ChatOps.Bot.Commands;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A declaration alone: what platforms make menus and forms of.</summary>
internal sealed class FakeCommand(CommandDeclaration declaration) : ICommand
{
    public static CommandCatalog Catalog { get; } = new(
    [
        new FakeCommand(new(
            "deploy", "bring out a version", Permission.Deploy, TargetOption.Required,
            new("version", "a tag", OptionKind.Version, Required: true))),
        new FakeCommand(new(
            "rollback", "go back", Permission.Rollback, TargetOption.Required, new("revision", "to which", OptionKind.Revision),
            new("data", "with its data", OptionKind.Choice) { Choices = ["yes", "no"] })),
        new FakeCommand(new("run", "count", null, new CommandOption("number", "which", OptionKind.Number, Required: true))),
        new FakeCommand(new("help", "what there is", null)),
    ]);

    public CommandDeclaration Declaration => declaration;

    public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) => throw new NotSupportedException();
}
