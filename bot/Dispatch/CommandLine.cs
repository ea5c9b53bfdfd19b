using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Values;

namespace ChatOps.Bot.Dispatch;

/// <summary>
/// Reads what a person typed: <c>/name value "two words" option:value</c>. Values fill the declared options in order. Pure; everything that
/// does not fit is a refusal that says what would.
/// </summary>
internal static class CommandLine
{
    public const int LongestText = 1000;

    /// <summary>The kind of the fault that asks for one more option.</summary>
    public const string Missing = "MissingOption";

    public static Outcome<(ICommand Command, IReadOnlyDictionary<string, string> Options)> Parse(string text, CommandCatalog catalog)
    {
        if (text.Length > LongestText)
            return new Fault("TooLong", $"that is {text.Length:#,0} characters; a command has at most {LongestText:#,0}");
        if (text.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
            return new Fault("ControlCharacters", "that text has control characters in it", "Type the command by hand");
        var words = Words(text);
        if (words.Count == 0 || words[0].Length < 2 || words[0][0] != '/')
            return new Fault("NoCommand", "that is no command", "Commands start with a slash; /help lists them");
        // Telegram writes /status@name_of_the_bot in groups.
        var name = words[0][1..].Split('@')[0].ToLowerInvariant();
        if (catalog.Find(name) is not { } command)
        {
            var near = Nearest.To(name, catalog.All.Select(c => c.Declaration.Name));
            return new Fault(
                "UnknownCommand", $"there is no command /{name}", near is null ? "/help lists them" : $"Did you mean /{near}?");
        }
        var options = Bind(command.Declaration, words.Skip(1));
        return options.Fault is { } fault ? fault : (command, options.Value);
    }

    /// <summary>Marks of every language's keyboard; whichever opens, whichever closes.</summary>
    private const string Doubles = "\"“”„‟«»「」『』＂";

    /// <summary>The same of single ones. The one that closes is an apostrophe, too: it counts at the end of a word alone.</summary>
    private const string OpeningSingles = "‚‘‹", ClosingSingles = "‘’›";

    /// <summary>Splits at white space; quotation marks keep words together.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (inDoubles, inSingles, any) = (false, false, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!inSingles && Doubles.Contains(c))
            {
                // French ones stand off from what they hold.
                if (inDoubles && c == '»') TrimEnd(word);
                (inDoubles, any) = (!inDoubles, true);
                while (inDoubles && c == '«' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1])) i++;
            }
            else if (!inDoubles && (inSingles ? Closes(text, i) : OpeningSingles.Contains(c) && IsBeginning(word)))
            {
                (inSingles, any) = (!inSingles, true);
            }
            else if (char.IsWhiteSpace(c) && !inDoubles && !inSingles)
            {
                if (any || word.Length > 0) words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else
            {
                word.Append(c);
            }
        }
        if (any || word.Length > 0) words.Add(word.ToString());
        return words;
    }

    /// <summary>Of a word, or of the value behind <c>option:</c>.</summary>
    private static bool IsBeginning(StringBuilder word) => word.Length == 0 || word[^1] == ':';

    private static bool Closes(string text, int at) =>
        ClosingSingles.Contains(text[at]) && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]));

    private static void TrimEnd(StringBuilder word)
    {
        while (word.Length > 0 && char.IsWhiteSpace(word[^1])) word.Length--;
    }

    /// <summary>The line that <see cref="Parse"/> reads as these options: as short as a person would type it.</summary>
    public static string Write(CommandDeclaration command, IReadOnlyDictionary<string, string> options)
    {
        var line = new StringBuilder($"/{command.Name}");
        var inOrder = true;
        foreach (var option in command.Options)
        {
            if (!options.TryGetValue(option.Name, out var value))
            {
                inOrder = false;
                continue;
            }
            // A quotation mark cannot be written, and no value has one.
            var written = value.Replace("\"", "", StringComparison.Ordinal);
            if (!inOrder || Named(command, written).Option is not null) written = $"{option.Name}:{written}";
            line.Append(' ').Append(written.Length == 0 || written.Any(char.IsWhiteSpace) ? $"\"{written}\"" : written);
        }
        return line.ToString();
    }

    private static Outcome<IReadOnlyDictionary<string, string>> Bind(CommandDeclaration command, IEnumerable<string> words)
    {
        var options = new Dictionary<string, string>();
        foreach (var word in words)
        {
            var (option, value) = Named(command, word);
            option ??= command.Options.FirstOrDefault(o => !options.ContainsKey(o.Name));
            if (option is null) return Misfit(command, $"'{word}' is one word too many");
            if (!options.TryAdd(option.Name, value)) return Misfit(command, $"{option.Name} is given twice");
        }
        var missing = command.Options.FirstOrDefault(o => o.Required && !options.ContainsKey(o.Name));
        if (missing is not null) return Misfit(command, $"{missing.Name} is missing") with { Kind = Missing };
        foreach (var (name, value) in options)
        {
            var option = command.Options.First(o => o.Name == name);
            if (option.Choices is { } choices && !choices.Contains(value))
                return Misfit(command, $"{name} is one of {string.Join(", ", choices)}, not '{value}'");
            if (option.Kind is OptionKind.Number or OptionKind.Revision or OptionKind.Change && !long.TryParse(value, out _))
                return Misfit(command, $"{name} is a number, not '{value}'");
        }
        return options;
    }

    private static (CommandOption? Option, string Value) Named(CommandDeclaration command, string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var option = colon > 0 ? command.Options.FirstOrDefault(o => o.Name == word[..colon]) : null;
        return option is null ? (null, word) : (option, word[(colon + 1)..]);
    }

    private static Fault Misfit(CommandDeclaration command, string cause) =>
        new("Usage", $"/{command.Name}: {cause}", $"Write {command.Usage}");
}
