using System.Text.RegularExpressions;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>The rights that a program's source calls for: every call that names its kind, and a short list of those that do not.</summary>
internal static partial class CalledRights
{
    /// <summary>What no call site names with its kind, with the call that needs it.</summary>
    private static readonly Dictionary<string, (string Call, string Rights)[]> Unnamed = new()
    {
        ["bot"] =
        [
            ("WriteStatusAsync(Change,", "patch changes/status"),
            ("WriteStatusAsync(restore,", "patch restores/status"),
            ("WriteStatusAsync(snapshot,", "patch snapshots/status"),
            ("WriteStatusAsync(schedule,", "patch snapshotschedules/status"),
            // An apply of what is not there creates it.
            ("Patch.Apply(wanted", "create snapshotschedules"),
            ("new EventSink(", "create events"),
            ("client.LogsAsync(ns, origin.Pod", "get pods/log"),
        ],
        ["sidecar"] = [("WriteStatusAsync(_seen,", "patch snapshots/status"), ("new EventSink(", "create events")],
    };

    public static IReadOnlyList<string> Of(string program)
    {
        var source = string.Concat(Sources(program).Select(File.ReadAllText));
        var rights = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match call in NamedCall().Matches(source))
            foreach (var verb in VerbsOf(call.Groups["call"].Value)) rights.Add(Text(verb, KindsByField[call.Groups["kind"].Value], ""));
        foreach (var (call, right) in Unnamed[program])
        {
            Assert.True(source.Contains(call, StringComparison.Ordinal), $"nothing in {program} calls {call} any more: its line here goes");
            var (verb, resource) = (right.Split(' ')[0], right.Split(' ')[1].Split('/'));
            rights.Add(Text(verb, KindsByField.Values.Single(k => k.Plural == resource[0]), resource.Length > 1 ? $"/{resource[1]}" : ""));
        }
        return [.. rights];
    }

    private static IEnumerable<string> Sources(string program) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, program), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    private static string[] VerbsOf(string call) => call switch
    {
        "Get" or "Find" or "FindRaw" => ["get"],
        "Create" or "Ensure" => ["create"],
        "List" => ["list"],
        "Patch" => ["patch"],
        "Delete" => ["delete"],
        // Informers, reflectors and everything that waits for one object: a list, then a watch.
        _ => ["list", "watch"],
    };

    private static string Text(string verb, ResourceKind kind, string subresource) =>
        new Right(verb, kind.Plural + subresource, kind.Group).ToString();

    /// <summary>The kinds by the names the source calls them.</summary>
    private static readonly Dictionary<string, ResourceKind> KindsByField =
        typeof(Kinds).GetFields().Concat(typeof(ChatOpsKinds).GetFields())
            .Where(f => f.FieldType.IsAssignableTo(typeof(ResourceKind))).ToDictionary(f => f.Name, f => (ResourceKind)f.GetValue(null)!);

    [GeneratedRegex(
        @"(?:\b(?<call>Get|Find|FindRaw|List|Create|Ensure|Patch|Delete|Follow|FollowObject|WaitFor|Watch)Async"
        + @"|\bnew(?: (?:Informer|LiveSet)<\w+>)?)"
        + @"\(\s*(?:client,\s*)?(?:ChatOps)?Kinds\.(?<kind>\w+)\b")]
    private static partial Regex NamedCall();
}
