using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>Suggests how a command line may go on, from the declarations and from live data the person may see.</summary>
internal sealed class Completion(
    CommandCatalog catalog, BotSettings settings, AccessRules access, StrategyCatalog strategies, ChangeBoard changes,
    SnapshotBoard snapshots, TimeProvider time)
{
    private const int Most = 12;

    /// <param name="text">What stands before the cursor.</param>
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(Person person, string text, CancellationToken ct)
    {
        if (text.Length is 0 or > CommandLine.LongestText || text[0] != '/') return [];
        var words = CommandLine.Words(text).ToList();
        if (char.IsWhiteSpace(text[^1])) words.Add("");
        if (words.Count <= 1) return Commands(person, words.Count == 0 ? "" : words[0][1..]);
        if (catalog.Find(words[0][1..]) is not { } command || words.Count - 2 >= command.Declaration.Options.Count) return [];
        var option = command.Declaration.Options[words.Count - 2];
        var before = string.Join(' ', words.Take(words.Count - 1));
        var values = await ValuesAsync(person, option, words, ct);
        return [.. values.Where(v => v.Value.StartsWith(words[^1], StringComparison.OrdinalIgnoreCase)).Take(Most)
            .Select(v => new Suggestion($"{before} {v.Value}", v.Value, v.Hint))];
    }

    private IReadOnlyList<Suggestion> Commands(Person person, string start) => [.. catalog.All.Select(c => c.Declaration)
        .Where(d => d.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase) && (d.Needs is not { } p || access.MayAnywhere(person, p)))
        .Select(d => new Suggestion(d.Options.Count == 0 ? $"/{d.Name}" : $"/{d.Name} ", d.Usage, d.Summary))];

    private async Task<IEnumerable<(string Value, string Hint)>> ValuesAsync(
        Person person, CommandOption option, List<string> words, CancellationToken ct)
    {
        if (option.Choices is { } choices) return choices.Select(c => (c, option.Summary));
        var target = words.Count > 2 ? access.Visible(person).FirstOrDefault(t => t.Name == words[1]) : null;
        switch (option.Kind)
        {
            case OptionKind.Target:
                return access.Visible(person).Select(t => (t.Name, $"{t.WorkloadKind} {t.WorkloadName}"));
            case OptionKind.Change:
                return changes.Informer.Items
                    .Where(c => c.Status.Phase == ChangePhase.AwaitingApproval && settings.Targets.ContainsKey(c.Spec.Target))
                    .OrderByDescending(c => c.Spec.Number).Select(c => ($"{c.Spec.Number}", ChangeCards.Title(c)));
            case OptionKind.Revision or OptionKind.Version when target is not null:
                var revisions = await RevisionsAsync(target, ct);
                return option.Kind == OptionKind.Revision
                    ? revisions.Select(r => ($"{r.Number}", Chat.Phrases.Version(r.Image) + (r.Current ? ", live" : "")))
                    : revisions.Where(r => !r.Current).Select(r => (Changes.ImageReference.Version(r.Image), $"ran as revision {r.Number}"))
                        .DistinctBy(v => v.Item1);
            case OptionKind.Snapshot when target is not null:
                return snapshots.Of(target.Name).Where(RestoreCommand.IsRestorable)
                    .Select(s => (s.Metadata.Name, Chat.Phrases.When(s.Status.CutTime ?? time.GetUtcNow(), time.GetUtcNow())));
            default:
                return [];
        }
    }

    private async Task<IReadOnlyList<Revision>> RevisionsAsync(Target target, CancellationToken ct)
    {
        try
        {
            return await strategies.For(target).RevisionsAsync(target, ct);
        }
        catch (Exception e) when (e is ApiException or FaultException)
        {
            return [];
        }
    }
}

/// <param name="Text">The whole line when taken.</param>
/// <param name="Label">What is shown.</param>
internal sealed record Suggestion(string Text, string Label, string Hint);
