namespace ChatOps.Bot.Commands;

/// <summary>Every command there is, in the order /help lists them.</summary>
internal sealed class CommandCatalog
{
    private readonly Dictionary<string, ICommand> _byName;

    public CommandCatalog(IReadOnlyList<ICommand> commands) => (All, _byName) = (commands, commands.ToDictionary(c => c.Declaration.Name));

    public IReadOnlyList<ICommand> All { get; }

    public ICommand? Find(string name) => _byName.GetValueOrDefault(name);
}
