using System.Globalization;
using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Sidecars;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>How a target is, as the cluster says at this moment.</summary>
internal sealed class StatusCommand(
    IKubernetesClient client, BotSettings settings, AccessRules access, StrategyCatalog strategies, SnapshotBoard snapshots,
    ChangeBoard changes, Refusals refusals, TimeProvider time)
    : ICommand
{
    /// <summary>How many targets are asked about at once, and how many are named.</summary>
    private const int AtOnce = 16, Named = 20;

    public CommandDeclaration Declaration { get; } =
        new("status", "how a target is: pods, version, last snapshot, change under way", Permission.View, TargetOption.Optional);

    public async Task<Reply> RunAsync(CommandCall call, CancellationToken ct)
    {
        if (call["target"] is not null) return await OneAsync(TargetOption.Resolve(settings, access, call, Permission.View), ct);
        var targets = access.Visible(call.Person).ToList();
        if (targets is [var only]) return await OneAsync(only, ct);
        var states = new (bool Good, string Text)[targets.Count];
        var few = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, targets.Count, few, async (i, stop) => states[i] = await LineAsync(targets[i], stop));
        var bad = states.Count(s => !s.Good);
        return new Card(
            bad > 0 ? CardState.Warning : CardState.Succeeded,
            bad > 0 ? $"{bad} of {targets.Count} targets are not well" : $"All {targets.Count} targets are well")
        {
            Lines = [.. Overview(states), .. Forbidden],
            Buttons = [.. targets.Zip(states).OrderBy(t => t.Second.Good).Take(4)
                .Select(t => new Button($"/status {t.First.Name}", t.First.Name))],
        };
    }

    /// <summary>What is not well comes first; of many, the rest is counted.</summary>
    private static IReadOnlyList<string> Overview(IEnumerable<(bool Good, string Text)> states)
    {
        var lines = states.OrderBy(s => s.Good).ToList();
        if (lines.Count <= Named) return [.. lines.Select(s => s.Text)];
        var rest = lines[(Named - 1)..];
        var bad = rest.Count(s => !s.Good);
        return [.. lines.Take(Named - 1).Select(s => s.Text),
            $"and {rest.Count} more, {(bad > 0 ? $"{bad} of them not well" : "all well")}"];
    }

    private async Task<(bool Good, string Text)> LineAsync(Target target, CancellationToken ct)
    {
        try
        {
            var live = await strategies.For(target).ReadAsync(target, ct);
            var good = live.Ready >= live.Replicas;
            return live.Replicas == 0
                ? (false, $"– {target.Name} is stopped")
                : (good, $"{(good ? "✔" : "✘")} {target.Name}: {live.Ready} of {live.Replicas} ready");
        }
        catch (FaultException e)
        {
            return (false, $"✘ {e.Fault.Message}");
        }
    }

    private async Task<Card> OneAsync(Target target, CancellationToken ct)
    {
        var live = await strategies.For(target).ReadAsync(target, ct);
        var container = ContainerChoice.Of(target, live.Template);
        var trouble = live.Ready >= live.Replicas ? null
            : PodTrouble.Of(live.Pods, await WorkloadWatch.ToldOfAsync(client, target.Namespace, live.Pods, ct))?.Fault;
        var (state, verdict) = live switch
        {
            { Replicas: 0 } => (CardState.Warning, "is stopped"),
            _ when live.Ready >= live.Replicas => (CardState.Succeeded, "is up"),
            _ when live.Ready > 0 => (CardState.Warning, "is partly up"),
            _ => (CardState.Failed, "is down"),
        };
        return new Card(state, $"{target.Name} {verdict}")
        {
            Fields = [.. Fields(target, live, container)],
            Lines = trouble is null ? Forbidden : [trouble.Message, .. Forbidden],
            Buttons = Buttons(target),
        };
    }

    private IEnumerable<CardField> Fields(Target target, WorkloadState live, string container)
    {
        var now = time.GetUtcNow();
        var digest = live.ImageId(container) is { } id ? $"  ({Phrases.ShortDigest(id)})" : "";
        yield return new("version", $"{Phrases.Version(live.Image(container) ?? "?")}{digest}");
        yield return new("pods", string.Create(CultureInfo.InvariantCulture, $"{live.Ready} of {live.Replicas} ready{Restarts(live)}"));
        if (live.Pods.Where(p => p.IsReady).Min(p => p.Status.StartTime) is { } since) yield return new("since", Phrases.When(since, now));
        if (target.Home is not null)
        {
            if (SidecarParts.Of(live.Template) is null) yield return new("sidecar", $"none; /attach {target.Name} puts it there");
            var newest = snapshots.NewestOf(target.Name);
            yield return new("snapshot", newest?.Status.CutTime is { } cut ? Phrases.When(cut, now) : "none yet");
        }
        if (changes.ActiveOf(target.Name) is [var change, ..])
            yield return new("change", $"{change.Spec.Number} under way: {ChangeCards.Title(change)}");
        else if (changes.Of(target.Name).FirstOrDefault(c => c.Status.Phase == ChangePhase.AwaitingApproval) is { } waiting)
            yield return new("change", $"{waiting.Spec.Number} waits for approval");
    }

    /// <summary>What the bot may not do at present although it has to; one line for each right.</summary>
    private IReadOnlyList<string> Forbidden => [.. refusals.Present.Take(3).Select(r => $"⚠ {r}")];

    private static string Restarts(WorkloadState live)
    {
        var restarts = live.Pods.SelectMany(p => p.Status.ContainerStatuses ?? []).Sum(c => c.RestartCount);
        return restarts == 0 ? "" : $", {Counted.Of(restarts, "restart")}";
    }

    private static IReadOnlyList<Button> Buttons(Target target) => target.Home is null
        ? [new Button($"/history {target.Name}", "History")]
        : [new Button($"/snapshot {target.Name}", "Snapshot"), new Button($"/history {target.Name}", "History")];
}
