using System.Globalization;
using System.Text.RegularExpressions;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Soak;

/// <summary>
/// Days of work on a crowd of targets: schedules that fire by themselves, people who ask for snapshots and changes and agree to most of
/// them, and every few hours something that fails. Keeps the books of what should have been told.
/// </summary>
internal sealed partial class Soak(SoakWorld world, SoakLoad load, int seed, Action<string> log)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Between = TimeSpan.FromHours(6);
    private readonly Random _random = new(seed);
    private readonly DateTimeOffset _begin = world.Now;
    private readonly Dictionary<string, DateTimeOffset> _decisions = [];
    private readonly HashSet<string> _busy = [];
    private readonly HashSet<string> _toldSnapshots = [];
    private readonly HashSet<long> _toldChanges = [];
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, int> _missesTold = [];
    private readonly HashSet<long> _changes = [];
    private int _deploys, _asked, _deliveries;

    /// <summary>Everything that was lost, told twice or told wrongly.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public int Snapshots => world.Sidecars.Seen;

    /// <summary>Changes that came to their end.</summary>
    public int Changes => _changes.Count;

    public int RolledBack { get; private set; }

    public int Missed => _missesTold.Values.Sum();

    /// <summary>Runs until that much of the whole is over, and checks the books.</summary>
    public async Task RunAsync(TimeSpan until)
    {
        world.Chat.OnShown = Shown;
        var storms = new SoakStorms(world, _random);
        while (world.Now - _begin < until)
        {
            await storms.StepAsync();
            if (!storms.Raging) Ask();
            Decide();
            await world.StepAsync(Step);
            if ((world.Now - _begin).Ticks % Between.Ticks < Step.Ticks && !storms.Raging) await AuditAsync();
        }
        await storms.EndAsync();
        await AuditAsync();
    }

    /// <summary>Lets everything come to its end, and checks that nothing is left.</summary>
    public async Task EndAsync()
    {
        await RestAsync(TimeSpan.FromMinutes(15));
        foreach (var target in world.Crowd.WithHomes)
            await world.DeleteAsync(ChatOpsKinds.SnapshotSchedules, world.Crowd.NamespaceOf(target), target);
        await RestAsync(TimeSpan.FromMinutes(45));
        await AuditAsync();
        _faults.AddRange(world.Chat.Messages.Select(m => $"never ended: {m.Asked} {m.Card.Title} {m.Card.Footer}"));
        _faults.AddRange(world.Sidecars.Ended.Keys.Select(n => $"never told: snapshot {n}"));
        _faults.AddRange((await ChangesAsync()).Where(c => !c.Status.IsFinal).Select(c => $"never ended: change {c.Spec.Number}"));
    }

    private async Task RestAsync(TimeSpan span)
    {
        for (var until = world.Now + span; world.Now < until;)
        {
            Decide();
            await world.StepAsync(Step);
        }
    }

    /// <summary>Half of the schedules are due at the same minute, the others scattered.</summary>
    public void Schedule()
    {
        foreach (var (target, i) in world.Crowd.WithHomes.Select((t, i) => (t, i)))
        {
            world.Apply($$"""
                apiVersion: {{ChatOpsKinds.SnapshotSchedules.ApiVersion}}
                kind: SnapshotSchedule
                metadata: { name: {{target}} }
                spec: { target: {{target}}, schedule: "{{MinuteOf(i)}} */4 * * *", retention: { keepLast: 3 } }
                """, world.Crowd.NamespaceOf(target));
        }
    }

    /// <summary>Every moment a schedule was due, made or told as missed.</summary>
    public IEnumerable<string> NotAccountedFor(DateTimeOffset until)
    {
        foreach (var (target, i) in world.Crowd.WithHomes.Select((t, i) => (t, i)))
        {
            var due = CronSchedule.Parse($"{MinuteOf(i)} */4 * * *", null).Value.Between(_begin, until, 1000).ToList();
            string NameOf(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{target}-{at.UtcDateTime:yyyyMMddHHmm}");
            var made = due.Count(d => world.Sidecars.Scheduled.ContainsKey(NameOf(d)));
            var missed = _missesTold.GetValueOrDefault(target);
            if (made + missed != due.Count) yield return $"{target}: due {due.Count}, made {made}, told as missed {missed}";
        }
    }

    private static int MinuteOf(int i) => i % 2 == 0 ? 0 : i % 60;

    /// <summary>As many as are due by now, so that the whole comes to what was planned.</summary>
    private void Ask()
    {
        var part = (world.Now - _begin) / load.Span;
        var homes = world.Crowd.WithHomes.ToList();
        for (; _asked < load.Asked * part; _asked++) world.Type("1", NextId(), $"/snapshot {homes[_random.Next(homes.Count)]}");
        for (; _deploys < load.Changes * part; _deploys++)
        {
            var target = $"app-{_random.Next(world.Crowd.Size)}";
            if (!_busy.Add(target)) continue;
            world.Type("1", NextId(), $"/deploy {target} {(_deploys % 10 == 9 ? "broken" : "v")}{_deploys}");
        }
    }

    private void Shown(ShownMessage message)
    {
        if (message.Asked?.StartsWith("/deploy ", StringComparison.Ordinal) != true) return;
        lock (_decisions)
        {
            var target = message.Asked.Split(' ')[1];
            if (message.IsOver) _busy.Remove(target);
            else if (message.Card.State == CardState.Waiting)
                _decisions.TryAdd(message.Id, world.Now + TimeSpan.FromSeconds(20 + (NumberOf(message.Id) % 70)));
        }
    }

    /// <summary>Most are approved, some denied, and a few forgotten until they expire.</summary>
    private void Decide()
    {
        List<string> due;
        lock (_decisions) due = [.. _decisions.Where(d => d.Value <= world.Now).Select(d => d.Key)];
        if (due.Count == 0) return;
        var messages = world.Chat.Messages.ToDictionary(m => m.Id);
        foreach (var id in due)
        {
            var waits = messages.TryGetValue(id, out var message) && message.Card is { State: CardState.Waiting, Buttons.Count: > 0 };
            lock (_decisions)
            {
                if (waits) _decisions[id] = world.Now + TimeSpan.FromMinutes(1);
                else _decisions.Remove(id);
            }
            var kind = NumberOf(id) % 50;
            if (!waits || kind == 0) continue;
            var label = kind is 1 or 2 ? "Deny" : "Approve";
            world.Press("2", NextId(), message!.Card.Buttons.First(b => b.Label == label).Action);
        }
    }

    /// <summary>What is over is compared with what was told, counted, and cleared away in the chat and in the cluster.</summary>
    private async Task AuditAsync()
    {
        var changes = (await ChangesAsync()).ToDictionary(c => c.Spec.Number);
        foreach (var message in world.Chat.Messages.Where(m => m.IsOver))
        {
            if (message.Change is { } number)
            {
                if (!Agrees(message, changes.GetValueOrDefault(number))) continue;
                if (!_toldChanges.Add(number)) _faults.Add($"told twice: change {number}");
            }
            else if (message.Snapshot is { } name)
            {
                if (!_toldSnapshots.Add(name)) _faults.Add($"told twice: snapshot {name}");
                if (!world.Sidecars.Ended.TryRemove(name, out var good)) _faults.Add($"told, but not ended: snapshot {name}");
                else if (good != (message.Card.State == CardState.Succeeded)) _faults.Add($"told wrongly: snapshot {name}");
            }
            else
            {
                Note(message);
            }
            world.Chat.Delete(message);
        }
        var over = changes.Values.Where(c => c.Status.IsFinal && _toldChanges.Contains(c.Spec.Number)).ToList();
        RolledBack += over.Count(c => _changes.Add(c.Spec.Number) && c.Status.Phase == ChangePhase.RolledBack);
        // The newest stays: the next number is counted from it.
        await world.TidyAsync(over.Where(c => c.Spec.Number != changes.Keys.Max()));
        log($"{(world.Now - _begin).TotalHours:0} h: {Snapshots} snapshots, {Changes} changes, {_faults.Count} faults");
    }

    /// <summary>False while the message lags behind; that it does not for ever is seen at the end.</summary>
    private bool Agrees(ShownMessage message, Change? change)
    {
        if (change is null) _faults.Add($"told twice or of nothing: {message.Card.Footer}");
        else if (!change.Status.IsFinal) return false;
        else if (Wanted(change.Status.Phase) != message.Card.State)
            _faults.Add($"told wrongly: change {change.Spec.Number} {change.Status.Phase}");
        return true;
    }

    private static CardState Wanted(ChangePhase phase) => phase switch
    {
        ChangePhase.Succeeded => CardState.Succeeded,
        ChangePhase.Failed or ChangePhase.RolledBack => CardState.Failed,
        _ => CardState.Warning,
    };

    /// <summary>News of a schedule: how many moments it says were missed.</summary>
    private void Note(ShownMessage message)
    {
        if (MissedCard().Match(message.Card.Title) is not { Success: true } card) return;
        var more = NorBefore().Match(message.Card.Lines[0]);
        var before = more.Success ? int.Parse(more.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        var target = card.Groups[1].Value;
        _missesTold[target] = _missesTold.GetValueOrDefault(target) + 1 + before;
    }

    private async Task<IReadOnlyList<Change>> ChangesAsync() =>
        (await world.Client.ListAsync(ChatOpsKinds.Changes, "default", Selection.All, CancellationToken.None)).Items;

    private static long NumberOf(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"soak-{Interlocked.Increment(ref _deliveries)}");

    [GeneratedRegex("^Snapshot of (app-[0-9]+) was not taken$")]
    private static partial Regex MissedCard();

    [GeneratedRegex("nor ([0-9]+) before it")]
    private static partial Regex NorBefore();
}

/// <summary>How much is asked for in how long; what schedules and changes bring with them comes on top.</summary>
internal sealed record SoakLoad(TimeSpan Span, int Asked, int Changes);
