using System.Globalization;
using ChatOps.Bot.Settings;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A group on the simulated Telegram.</summary>
internal sealed class TelegramStage : ChatStage
{
    private readonly Dictionary<string, TelegramPerson> _people = [];
    private TelegramSimulator _telegram = null!;
    private TelegramChat _group = null!;

    public override (string Platform, string Channel) Place => ("telegram", _group.Id.ToString(CultureInfo.InvariantCulture));

    public override IReadOnlyList<SeenMessage> Messages => [.. _group.FromBot.Where(m => m.Document is null).Select(Seen)];

    public override int Violations => _telegram.Violations;

    public override async Task SayAsync(string person, string text)
    {
        var before = _telegram.Updates.Count;
        _telegram.Say(_people[person], _group, text);
        await WhenAsync(() => _telegram.Updates.Count > before && _telegram.Updates[^1].Confirmed);
    }

    public override Task RepeatAsync()
    {
        var last = _telegram.Updates[^1];
        var before = last.Deliveries;
        _telegram.Resend(last);
        return WhenAsync(() => last.Confirmed && last.Deliveries > before);
    }

    public override async Task<string?> PressAsync(string person, SeenMessage message, string label) =>
        (await _telegram.Press(_people[person], Find(message), label).AnswerAsync()).Text;

    public override async Task<string?> ForgeAsync(string person, SeenMessage message, string action) =>
        (await _telegram.PressForged(_people[person], Find(message), action).AnswerAsync()).Text;

    public override async Task<bool> RefusesAsync(string stranger, string text)
    {
        await SayAsync(stranger, text);
        var told = await MessageAsync("I do not know you");
        return told.Text == $"⚠ I do not know you. Your telegram id is {_people[stranger].Id}; whoever keeps chatops.yaml can add it.";
    }

    public override string Whole(SeenMessage message) =>
        string.Join('\n', _group.FromBot.SkipWhile(m => m.Id != Find(message).Id).Take(2).Select(m => m.Document?.AsText ?? m.Text));

    public override Task CutAsync() => _telegram.StopListeningAsync();

    public override Task MendAsync() => _telegram.ListenAgainAsync();

    public override Task WhenAsync(Func<bool> condition) => _telegram.WhenAsync(condition, Patience);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _telegram.DisposeAsync();
    }

    protected override async Task<BotSettings> PrepareAsync(string ns)
    {
        _telegram = await TelegramSimulator.StartAsync();
        foreach (var name in (string[])["ann", "bob", "dan", "eve"]) _people[name] = _telegram.AddPerson(name, name);
        _group = _telegram.AddGroup("ops", [.. _people.Values]);
        var settings = Settings(ns, text => _people.Aggregate(
            text, (t, p) => t.Replace($"web: {p.Key},", $"web: {p.Key}, telegram: '{p.Value.Id}',", StringComparison.Ordinal))
            + $"\ntelegram: {{ chats: {{ ops: {{ id: {_group.Id} }} }} }}\n");
        var telegram = settings.Telegram with { Api = _telegram.Url, Token = new Secret(_telegram.Token), Enabled = true };
        return settings with { Telegram = telegram };
    }

    protected override Task ReadyAsync() => WhenAsync(() => _telegram.Polled);

    private TelegramMessage Find(SeenMessage message) =>
        _group.FromBot.Single(m => m.Id.ToString(CultureInfo.InvariantCulture) == message.Id);

    private static SeenMessage Seen(TelegramMessage message) => new(
        message.Id.ToString(CultureInfo.InvariantCulture), message.Text, [.. message.Buttons.Select(b => b.Text)],
        [.. message.Versions.SelectMany(v => v.Keyboard).SelectMany(row => row).Select(b => b.Data ?? "").Distinct()],
        message.Versions.Count);
}
