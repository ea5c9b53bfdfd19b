using System.Text.Json;
using ChatOps.Sidecar.Commands;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public void Every_command_is_in_the_catalog()
    {
        var types = typeof(ISidecarCommand).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(ISidecarCommand)));
        Assert.Equal(types.Select(type => type.Name).Order(), CommandCatalog.All.Select(command => command.GetType().Name).Order());
    }

    [Theory]
    [InlineData("DatabaseLocked", 4)]
    [InlineData("NoSuchSnapshot", 4)]
    [InlineData("UnsafePath", 4)]
    [InlineData("StoreNotWritable", 1)]
    [InlineData("ArchiveDamaged", 1)]
    public void Refusals_and_failures_have_their_own_exit_codes(string kind, int code) => Assert.Equal(code, ExitCode.Of(new Fault(kind,
        "")));

    [Fact]
    public async Task What_is_not_understood_ends_with_2()
    {
        using var home = new Home();
        Assert.Equal(2, (await Cli.RunAsync(home, "snapshoot")).Code);
        Assert.Equal(2, (await Cli.RunAsync(home, "restore")).Code);
    }

    [Fact]
    public async Task Help_names_the_exit_codes_and_variables()
    {
        using var home = new Home();
        var (code, output, _) = await Cli.RunAsync(home, "--help");
        Assert.Equal(0, code);
        Assert.Contains("130  interrupted", output, StringComparison.Ordinal);
        Assert.Contains("SIDECAR_STORE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_every_command_ends_with_examples_that_are_understood()
    {
        using var home = new Home();
        foreach (var command in CommandCatalog.All)
        {
            var name = command.Shape.Name;
            var (_, output, _) = await Cli.RunAsync(home, name, "--help");
            Assert.Contains("Examples:\n  sidecar " + name, output, StringComparison.Ordinal);
            foreach (var example in command.Examples)
                Assert.Equal(0, (await Cli.RunAsync(home, [.. example.Split(' ')[1..], "--help"])).Code);
        }
    }

    [Fact]
    public async Task Json_is_one_object_a_line_and_ends_with_done()
    {
        using var home = new Home();
        home.Write("a", "a");
        var (_, output, _) = await Cli.RunAsync(home, "snapshot", "--json");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(lines[..^1], line => Assert.Equal("progress", line.GetProperty("event").GetString()));
        Assert.Equal("done", lines[^1].GetProperty("event").GetString());
        Assert.Equal((await home.ListAsync()).Single().Name, lines[^1].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Something_listed_as_damaged_ends_with_3()
    {
        using var home = new Home();
        home.Write("broken.db", "SQLite format 3\0" + new string('x', 5000));
        var (code, output, _) = await Cli.RunAsync(home, "snapshot");
        Assert.Equal(3, code);
        Assert.Contains("FAILED: broken.db", output, StringComparison.Ordinal);
    }
}
