using System.Net;
using ChatOps.Settings;
using ChatOps.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Sidecar.Settings;

/// <summary>
/// What was said about each setting and where: a flag before a variable before the file. A key of the file that is no setting is a fault,
/// as a misspelt one must not be read as an absent one.
/// </summary>
internal sealed class SettingValues
{
    private readonly Dictionary<Setting, List<(string Place, IReadOnlyList<string> Values)>> _said = [];
    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    /// <param name="flags">The values of a flag, or null when it was not given.</param>
    /// <param name="variables">The value of a variable, or null when it is not set.</param>
    /// <param name="file">Path of sidecar.yaml; null for none.</param>
    public SettingValues(Func<Setting, IReadOnlyList<string>?> flags, Func<string, string?> variables, string? file)
    {
        foreach (var setting in SettingCatalog.All)
        {
            var places = _said[setting] = [];
            if (flags(setting) is { Count: > 0 } given)
                places.Add((setting.Flag, given));
            if (!setting.Many && places is [var (_, several)] && several.Count > 1)
                Fault(setting, "is given more than once");
            // Charts set variables to nothing; only for scratch does nothing mean something.
            if (variables(setting.Variable) is { } text && (text.Length > 0 || setting == SettingCatalog.Scratch))
                places.Add((setting.Variable, setting.Many ? Split(text) : [text]));
        }
        if (file is not null)
            ReadFile(file);
    }

    /// <summary>The value that counts; null where nobody said one and there is none to fall back on.</summary>
    public string? Text(Setting setting) => First(setting) is [var text, ..] ? text : setting.Fallback;

    public IReadOnlyList<string> Texts(Setting setting) => First(setting);

    /// <summary>Everything that was said, the weakest first, for what is put together from all places.</summary>
    public IEnumerable<IReadOnlyList<string>> Layers(Setting setting) => Enumerable.Reverse(_said[setting]).Select(said => said.Values);

    public TimeSpan Duration(Setting setting)
    {
        var text = Text(setting) ?? "";
        if (Durations.TryParse(text, out var duration) || Durations.TryParse(text + "s", out duration))
            return duration;
        Fault(setting, $"'{text}' is no duration; {Durations.Hint}");
        return default;
    }

    public ByteSize? Size(Setting setting)
    {
        if (Text(setting) is not { Length: > 0 } text)
            return null;
        if (ByteSize.TryParse(text, out var size) && size.Bytes > 0)
            return size;
        Fault(setting, $"'{text}' is no number of bytes; write a number and kB, MB or GB, such as 50MB");
        return null;
    }

    public IPEndPoint? Address(Setting setting)
    {
        if (Text(setting) is not { Length: > 0 } text)
            return null;
        if (ListenAddress.TryParse(text, out var address))
            return address;
        Fault(setting, $"'{text}' is no address; {ListenAddress.Hint}");
        return null;
    }

    public int Number(Setting setting, int least, int most)
    {
        if (int.TryParse(Text(setting), System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        Fault(setting, $"'{Text(setting)}' is no whole number from {least} to {most}");
        return least;
    }

    public T OneOf<T>(Setting setting, params (string Word, T Value)[] choices)
    {
        var text = Text(setting);
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }
        Fault(setting, $"'{text}' is none of {string.Join(", ", choices.Select(choice => choice.Word))}");
        return choices[0].Value;
    }

    public void Fault(Setting setting, string cause) =>
        _faults.Add($"{(_said[setting] is [var (place, _), ..] ? place : setting.Flag)}: {cause}");

    private IReadOnlyList<string> First(Setting setting) => _said[setting] is [var (_, values), ..] ? values : [];

    private void ReadFile(string file)
    {
        var faults = new List<SettingsFault>();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(File.ReadAllText(file)));
            if (stream.Documents.Count > 0)
                Take(new Section(stream.Documents[0].RootNode, "the file", faults), file);
        }
        catch (YamlException failure)
        {
            faults.Add(new(failure.Start.Line, $"not YAML: {failure.Message}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _faults.Add($"--config: {failure.Message}");
        }
        _faults.AddRange(faults.OrderBy(fault => fault.Line).Select(fault => $"{Path.GetFileName(file)}:{fault.Line}: {fault.Message}"));
    }

    private void Take(Section root, string file)
    {
        var sections = new Dictionary<string, Section> { [""] = root };
        foreach (var setting in SettingCatalog.All)
        {
            var dot = setting.Key.IndexOf('.', StringComparison.Ordinal);
            var (name, key) = dot < 0 ? ("", setting.Key) : (setting.Key[..dot], setting.Key[(dot + 1)..]);
            if (!sections.TryGetValue(name, out var section))
                section = sections[name] = root.Map(name);
            if (!section.Has(key))
                continue;
            var values = setting.Many ? section.Texts(key) : section.Text(key) is { } text ? [text] : [""];
            _said[setting].Add(($"{Path.GetFileName(file)} {setting.Key}", values));
        }
        foreach (var section in sections.Values)
            section.RefuseUnknown();
    }

    private static string[] Split(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
