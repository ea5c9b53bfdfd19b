using System.Text.Json;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Tests.Settings;

/// <summary>The page on settings says what the reader does: none is missing, none invented, defaults and faults are real.</summary>
public sealed class DocumentedSettingsTests : IDisposable
{
    private readonly string _secrets = Directory.CreateTempSubdirectory("chatops-secrets-").FullName;

    public DocumentedSettingsTests()
    {
        foreach (var platform in (string[])["telegram", "discord"])
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_secrets, platform)).FullName, "token"), "1:word");
    }

    private string Example => SettingsTable.Example(_secrets);

    public void Dispose() => Directory.Delete(_secrets, recursive: true);

    [Fact]
    public void The_file_on_the_page_is_accepted() => Assert.Empty(SettingsReader.Read(Example).Faults);

    [Fact]
    public void Every_setting_the_reader_knows_is_on_the_page_and_no_other()
    {
        var sections = SettingsTable.Sections(Example).ToList();
        Assert.Empty(SettingsTable.Rows.Select(r => r.Parent).Except(sections));
        foreach (var section in sections)
        {
            var path = $"{section}.unheardOf".TrimStart('.');
            var refusal = Assert.Single(SettingsReader.Read(SettingsTable.With(Example, path, "x")).Faults).Message;
            var known = refusal.Split("'unheardOf' is not known here; known: ")[1].Split(", ");
            Assert.Equal(known, SettingsTable.Rows.Where(r => r.Parent == section).Select(r => r.Key).Order());
        }
    }

    [Fact]
    public void Every_default_is_what_counts_when_nothing_is_said()
    {
        var rows = SettingsTable.Rows.Where(r => r.Default.StartsWith('`')).ToList();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var (silent, said) = (Shown(row.Path, null), Shown(row.Path, row.Default.Trim('`')));
            Assert.True(silent == said, $"{row.Path}: without it {silent}, with {row.Default} {said}");
        }
    }

    [Fact]
    public void What_is_needed_is_missed()
    {
        foreach (var row in SettingsTable.Rows.Where(r => r.Default == "*needed*"))
            Assert.NotEmpty(SettingsReader.Read(SettingsTable.With(Example, row.Path, null)).Faults);
    }

    [Fact]
    public void What_may_be_left_out_is_not_missed()
    {
        // What others of the file name or need cannot be left out alone.
        string[] named = ["people", "roles", "discord", "discord.guild", "people.NAME.web"];
        foreach (var row in SettingsTable.Rows.Where(r => r.Default != "*needed*" && !named.Contains(r.Path)))
            Assert.Empty(SettingsReader.Read(SettingsTable.With(Example, row.Path, null)).Faults);
    }

    [Fact]
    public void Every_wrong_one_is_refused_in_those_words()
    {
        foreach (var row in SettingsTable.Rows.Where(r => r.Wrong is not null))
        {
            var said = string.Join('\n', SettingsReader.Read(SettingsTable.With(Example, row.Path, row.Wrong)).Faults);
            Assert.True(said.Contains(row.Said!, StringComparison.Ordinal), $"{row.Path}: {said}");
        }
    }

    private string Shown(string path, string? value)
    {
        var (settings, faults) = SettingsReader.Read(SettingsTable.With(Example, path, value));
        Assert.True(settings is not null, $"{path}: {string.Join('\n', faults)}");
        return JsonSerializer.Serialize(settings);
    }
}
