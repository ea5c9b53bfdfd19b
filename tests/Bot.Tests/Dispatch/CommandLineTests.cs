using ChatOps.Bot.Access;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Dispatch;

namespace ChatOps.Bot.Tests.Dispatch;

public sealed class CommandLineTests
{
    private static readonly CommandCatalog Catalog = new([new Fake("deploy",
        new CommandOption("target", "", OptionKind.Target, Required: true),
        new CommandOption("version", "", OptionKind.Version, Required: true),
        new CommandOption("data", "", OptionKind.Choice) { Choices = ["yes", "no"] }), new Fake("deny",
        new CommandOption("change", "", OptionKind.Change, Required: true), new CommandOption("reason", "", OptionKind.Text))]);

    [Fact]
    public void Values_fill_the_options_in_order() =>
        Assert.Equal([("target", "shop"), ("version", "1.2")], Options("/deploy shop 1.2"));

    [Fact]
    public void A_value_can_be_named() => Assert.Equal(
        [("data", "no"), ("target", "shop"), ("version", "1")], Options("/deploy shop data:no 1"));

    [Fact]
    public void Quotes_keep_words_together() => Assert.Equal(
        [("change", "3"), ("reason", "not before lunch")], Options("/deny 3 \"not before lunch\""));

    /// <summary>What the keyboards of phones make of a quotation mark, by language; and what is none.</summary>
    [Theory]
    [InlineData("„0 3 * * *“ Berlin", "0 3 * * *|Berlin")]
    [InlineData("„0 3 * * *” Warsaw", "0 3 * * *|Warsaw")]
    [InlineData("”0 3 * * *” Stockholm", "0 3 * * *|Stockholm")]
    [InlineData("“0 3 * * *” London", "0 3 * * *|London")]
    [InlineData("«0 3 * * *» Madrid", "0 3 * * *|Madrid")]
    [InlineData("«\u00A00 3 * * *\u00A0» Paris", "0 3 * * *|Paris")]
    [InlineData("«\u202F0 3 * * *\u202F» Geneva", "0 3 * * *|Geneva")]
    [InlineData("»0 3 * * *« Copenhagen", "0 3 * * *|Copenhagen")]
    [InlineData("「0 3 * * *」 Tokyo", "0 3 * * *|Tokyo")]
    [InlineData("『0 3 * * *』 Taipei", "0 3 * * *|Taipei")]
    [InlineData("＂0 3 * * *＂ Seoul", "0 3 * * *|Seoul")]
    [InlineData("‘0 3 * * *’ London", "0 3 * * *|London")]
    [InlineData("‚0 3 * * *‘ Berlin", "0 3 * * *|Berlin")]
    [InlineData("‹0 3 * * *› Zurich", "0 3 * * *|Zurich")]
    [InlineData("cron:„0 3 * * *“ zone:‘x y’", "cron:0 3 * * *|zone:x y")]
    [InlineData("3 don’t do that", "3|don’t|do|that")]
    [InlineData("3 ‘we don’t do that’", "3|we don’t do that")]
    [InlineData("3 the users’ day", "3|the|users’|day")]
    [InlineData("3 “it’s the users’ day”", "3|it’s the users’ day")]
    [InlineData("„never closed again", "never closed again")]
    [InlineData("\"\" a", "|a")]
    public void Words_stay_together_in_the_marks_of_every_keyboard(string text, string words) =>
        Assert.Equal(words, string.Join('|', CommandLine.Words(text)));

    [Fact]
    public void A_bot_name_after_the_command_is_ignored() => Assert.Equal(
        [("target", "a"), ("version", "b")], Options("/Deploy@chatops_bot a b"));

    [Theory]
    [InlineData("", "NoCommand")]
    [InlineData("hello", "NoCommand")]
    [InlineData("/", "NoCommand")]
    [InlineData("/deplo shop 1", "UnknownCommand")]
    [InlineData("/deploy", CommandLine.Missing)]
    [InlineData("/deploy shop", CommandLine.Missing)]
    [InlineData("/deploy shop 1 yes more", "Usage")]
    [InlineData("/deploy shop 1 maybe", "Usage")]
    [InlineData("/deploy shop 1 version:2", "Usage")]
    [InlineData("/deny seven", "Usage")]
    [InlineData("/deploy shop\u0000 1", "ControlCharacters")]
    public void What_does_not_fit_is_refused(string text, string kind) => Assert.Equal(kind, CommandLine.Parse(text, Catalog).Fault?.Kind);

    [Fact]
    public void A_hundred_kilobytes_are_refused_unread() =>
        Assert.Equal("TooLong", CommandLine.Parse("/deploy " + new string('x', 100_000), Catalog).Fault?.Kind);

    [Fact]
    public void A_slip_of_the_thumb_gets_a_suggestion() =>
        Assert.Equal("Did you mean /deploy?", CommandLine.Parse("/depoly shop 1", Catalog).Fault?.Hint);

    private static IEnumerable<(string, string)> Options(string text) =>
        CommandLine.Parse(text, Catalog).Value.Options.Select(o => (o.Key, o.Value)).Order();

    private sealed class Fake(string name, params CommandOption[] options) : ICommand
    {
        public CommandDeclaration Declaration { get; } = new(name, "", Permission.View, options);

        public Task<Reply> RunAsync(CommandCall call, CancellationToken ct) => throw new NotSupportedException();
    }
}
