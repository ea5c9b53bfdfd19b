using ChatOps.Bot.Commands;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Testing;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>What the documentation says of the commands is what their declarations say.</summary>
public sealed class CommandTableTests
{
    [Fact]
    public async Task The_table_in_the_readme_is_the_declarations()
    {
        await using var app = BotHost.Build(TestSettings.Shop(), Substitute.For<IKubernetesClient>(), TimeProvider.System);
        var rows = app.Services.GetRequiredService<CommandCatalog>().All.Select(c => c.Declaration)
            .Select(d => $"| `{d.Usage}` | {d.Summary} | {d.Needs?.ToString().ToLowerInvariant() ?? "everybody declared"} |");
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        var table = readme.Split("<!-- commands")[1].Split("<!-- /commands -->")[0];
        Assert.Equal(rows, table.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_command_there_is_stands_in_the_catalog()
    {
        await using var app = BotHost.Build(TestSettings.Shop(), Substitute.For<IKubernetesClient>(), TimeProvider.System);
        var listed = app.Services.GetRequiredService<CommandCatalog>().All.Select(c => c.GetType())
            .Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name)));
        var there = typeof(ICommand).Assembly.GetTypes()
            .Where(t => t.IsClass && t.IsAssignableTo(typeof(ICommand))).OrderBy(t => t.Name, StringComparer.Ordinal);
        Assert.Equal(there, listed);
    }
}
