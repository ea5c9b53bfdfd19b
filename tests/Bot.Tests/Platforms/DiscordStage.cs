using System.Globalization;
using System.Text;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Settings;
using ChatOps.Testing.Discord;
using ChatOps.Values;
using Microsoft.Extensions.DependencyInjection;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>A channel on the simulated Discord.</summary>
internal sealed class DiscordStage : ChatStage
{
    private readonly Dictionary<string, DiscordPerson> _people = [];
    private readonly List<DiscordInteraction> _said = [];
    private DiscordSimulator _discord = null!;
    private DiscordGuild _guild = null!;
    private DiscordChannel _channel = null!;

    public override (string Platform, string Channel) Place => ("discord", _channel.Id.ToString(CultureInfo.InvariantCulture));

    public override IReadOnlyList<SeenMessage> Messages => [.. All.Select(Seen)];

    public override int Violations => _discord.Violations.Count;

    public override IReadOnlyList<string> Notified => [.. All.SelectMany(m => m.Pinged)];

    /// <summary>The channel's, and what people were told alone.</summary>
    private IEnumerable<DiscordMessage> All => _channel.FromBot
        .Concat(_said.SelectMany(i => i.FollowUps.Prepend(i.Original)).OfType<DiscordMessage>())
        .Where(m => !m.Thinking).DistinctBy(m => m.Id).OrderBy(m => m.Id);

    public override async Task SayAsync(string person, string text)
    {
        var words = CommandLine.Words(text);
        var options = Bot.Services.GetRequiredService<CommandCatalog>().Find(words[0][1..])!.Declaration.Options;
        await WhenAsync(() => _discord.Connected);
        var said = _discord.Invoke(
            _people[person], _channel, words[0][1..], [.. words.Skip(1).Select((w, i) => (options[i].Name, (object)w))]);
        _said.Add(said);
        await said.AcknowledgedAsync(Patience);
    }

    public override Task RepeatAsync()
    {
        // What comes after it is heard after it.
        _discord.Resend(_said[^1]);
        return Task.CompletedTask;
    }

    public override Task<string?> PressAsync(string person, SeenMessage message, string label) =>
        ToldAsync(_discord.Press(_people[person], Find(message), label));

    public override Task<string?> ForgeAsync(string person, SeenMessage message, string action) =>
        ToldAsync(_discord.PressForged(_people[person], Find(message), action));

    public override async Task<bool> RefusesAsync(string stranger, string text)
    {
        await SayAsync(stranger, text);
        var told = await _said[^1].AnswerAsync();
        var refusal = $"⚠ I do not know you. Your discord id is {_people[stranger].Id}; whoever keeps chatops.yaml can add it.";
        return told.Ephemeral && Plain(told.Text) == refusal;
    }

    public override string Whole(SeenMessage message) => Find(message) is { Attachments: [var file] } ? file.AsText : message.Text;

    public override Task CutAsync() => _discord.StopListeningAsync();

    public override Task MendAsync() => _discord.ListenAgainAsync();

    public override Task WhenAsync(Func<bool> condition) => _discord.WhenAsync(condition, Patience);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _discord.DisposeAsync();
    }

    protected override async Task<BotSettings> PrepareAsync(string ns)
    {
        _discord = await DiscordSimulator.StartAsync();
        _guild = _discord.AddGuild("team");
        foreach (var name in (string[])["ann", "bob", "dan", "eve"]) _people[name] = _discord.AddPerson(name, _guild);
        _channel = _discord.AddTextChannel(_guild, "ops");
        var settings = Settings(ns, text => _people.Where(p => p.Key != "eve").Aggregate(
            text, (t, p) => t.Replace($"web: {p.Key},", $"web: {p.Key}, discord: '{p.Value.Id}',", StringComparison.Ordinal))
            + $"\ndiscord: {{ guild: '{_guild.Id}', channels: {{ ops: {{ id: '{_channel.Id}' }} }} }}\n");
        return settings with { Discord = settings.Discord with { Api = _discord.Url, Token = new Secret(_discord.Token), Enabled = true } };
    }

    protected override Task ReadyAsync() => WhenAsync(() => _discord.Connected && _discord.Commands(_guild).Count > 0);

    /// <summary>A form, if one is shown, is sent back empty.</summary>
    private async Task<string?> ToldAsync(DiscordInteraction press)
    {
        await press.AcknowledgedAsync(Patience);
        if (press.Modal is { } form) return await ToldAsync(_discord.Submit(form));
        var told = press.Deferred ? await press.FollowUpAsync(null, Patience) : press.Original!;
        return told.Ephemeral ? Plain(told.Text) : null;
    }

    private DiscordMessage Find(SeenMessage message) => All.Single(m => m.Id.ToString(CultureInfo.InvariantCulture) == message.Id);

    private static SeenMessage Seen(DiscordMessage message) => new(
        message.Id.ToString(CultureInfo.InvariantCulture), Plain(message.Text), [.. message.Buttons.Select(b => b.Label!)],
        [.. message.Versions.SelectMany(v => v.Rows).SelectMany(row => row).Select(b => b.CustomId ?? "").Distinct()],
        message.Versions.Count);

    /// <summary>As Discord shows it: what is escaped as itself, the marks of bold and code not at all.</summary>
    private static string Plain(string markdown)
    {
        var plain = new StringBuilder(markdown.Length);
        for (var i = 0; i < markdown.Length; i++)
        {
            var escapes = markdown[i] == '\\' && i + 1 < markdown.Length
                && !char.IsLetterOrDigit(markdown[i + 1]) && !char.IsWhiteSpace(markdown[i + 1]);
            if (escapes)
                plain.Append(markdown[++i]);
            else if (markdown[i] is not ('*' or '`'))
                plain.Append(markdown[i]);
        }
        return plain.ToString();
    }
}
