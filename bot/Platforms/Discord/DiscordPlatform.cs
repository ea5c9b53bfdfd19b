using System.Collections.Concurrent;
using System.Security.Cryptography;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// Discord as a chat: slash commands, cards as embeds with buttons, edited in place with the bot's own rights, so that an
/// edit does not depend on an interaction that dies after a quarter of an hour. Sending goes on until Discord takes the
/// message or says that it never will.
/// </summary>
/// <remarks>Source: Discord API docs, "Gateway", "Message", "Receiving and Responding to Interactions".</remarks>
internal sealed class DiscordPlatform(
    DiscordApi api, Gateway gateway, InteractionHandler handler, CommandRegistration registration, ButtonData buttons, BotSettings settings,
    IKubernetesClient client, TimeProvider time, ILogger<DiscordPlatform> log) : IChatPlatform
{
    /// <summary>View Channel, Send Messages, Embed Links, Attach Files, Send Messages in Threads ("Permissions", bitwise flags).</summary>
    public const long Permissions = (1L << 10) | (1L << 11) | (1L << 14) | (1L << 15) | (1L << 38);

    private const int MostRemembered = 5000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSetUpWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<MessageReference, string> _shown = new();
    private readonly ConcurrentDictionary<Task, bool> _handling = new();

    /// <summary>Answers to interactions: where the bot may not write, they can still be edited as long as their tokens live.</summary>
    private readonly ConcurrentDictionary<MessageReference, InteractionReply> _answers = new();

    public string Name => "discord";

    public TimeSpan EditInterval => TimeSpan.FromSeconds(1);

    public bool Forgets => false;

    public Task Connected => gateway.ConnectedOnce;

    public async Task RunAsync(IChatInbox inbox, CancellationToken ct)
    {
        await Task.WhenAll(SetUpAsync(ct), ShowHealthAsync(ct), gateway.RunAsync((type, content) => Take(inbox, type, content), ct));
        // What people asked for in the last moment is not delivered again, so it is finished.
        await Task.WhenAny(Task.WhenAll(_handling.Keys), Task.Delay(PatienceAtTheEnd, time, CancellationToken.None));
    }

    public async Task<MessageReference> SendAsync(string channel, Card card, CancellationToken ct)
    {
        var body = CardEmbed.Render(card, buttons);
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        for (var failures = 0; ; failures++)
        {
            try
            {
                var sent = await api.SendAsync(IdOf(channel), body, nonce, ct);
                return Remember(new MessageReference(Name, channel, sent.Id), body);
            }
            catch (DiscordApiException e)
            {
                if (!e.IsTransient) throw Refusal(e);
                if (failures == 0) log.LogWarning("send to {Channel}: {Cause}; trying on", channel, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, 0.25 * Math.Pow(2, failures))), time, ct);
            }
        }
    }

    public async Task<MessageReference> AnswerAsync(Invocation invocation, Card card, bool alone, CancellationToken ct)
    {
        if (handler.ReplyTo(invocation.Id) is not { } reply) return await SendAsync(invocation.Channel, card, ct);
        var body = CardEmbed.Render(card, buttons);
        if (await reply.ShowAsync(body, alone, ct) is { } sent)
        {
            var message = Remember(new MessageReference(Name, invocation.Channel, sent.Id), body);
            if (_answers.Count >= MostRemembered) _answers.Clear();
            _answers[message] = reply;
            return message;
        }
        // Too late for an answer, but not for what was asked. What concerns one person only is not shown to all.
        if (alone) throw new PlatformException("Discord no longer takes an answer to this", retry: false);
        return await SendAsync(invocation.Channel, card, ct);
    }

    public async Task EditAsync(MessageReference message, bool settled, Func<Card> newest, CancellationToken ct)
    {
        Card? card = null;
        MessageBody? body = null;
        try
        {
            await api.EditAsync(IdOf(message.Channel), message.Id, Body, ct);
        }
        catch (DiscordApiException e) when (e.Code == DiscordCodes.UnknownMessage && card is not null)
        {
            // Deleted. How it ended is still told.
            if (card.IsSettled && !_shown.ContainsKey(Ended(message))) await SendAsync(message.Channel, card, ct);
            if (card.IsSettled) Remember(Ended(message), body!);
        }
        catch (DiscordApiException e) when (e.Status == 403 && body is not null && _answers.TryGetValue(message, out var reply))
        {
            if (await reply.ReplaceAsync(body, ct) is null) throw Refusal(e);
        }
        catch (DiscordApiException e)
        {
            throw Refusal(e);
        }
        if (body is not null) Remember(message, body);

        MessageBody? Body()
        {
            card = newest();
            body = CardEmbed.Render(card, buttons);
            return _shown.TryGetValue(message, out var shown) && shown == body.Json.ToJsonString() ? null : body;
        }
    }

    private void Take(IChatInbox inbox, string type, System.Text.Json.Nodes.JsonObject content)
    {
        if (type != "INTERACTION_CREATE") return;
        var handling = handler.HandleAsync(inbox, content, CancellationToken.None);
        _handling[handling] = true;
        _ = handling.ContinueWith(done => _handling.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>Registers the commands and says how to invite the bot, as soon as Discord answers.</summary>
    private async Task SetUpAsync(CancellationToken ct)
    {
        for (var failures = 0; !ct.IsCancellationRequested; failures++)
        {
            try
            {
                var application = await api.ApplicationAsync(ct);
                var id = (string)application["id"]!;
                await registration.PublishAsync(id, settings.Discord.Guild, ct);
                log.LogInformation(
                    "discord: {Name}; to add it to a server, open "
                        + "https://discord.com/oauth2/authorize?client_id={Id}&scope=bot+applications.commands&permissions={Permissions}",
                    (string?)application["name"], id, Permissions);
                return;
            }
            catch (DiscordApiException e)
            {
                var hint = e.Code == DiscordCodes.MissingAccess
                    ? $"; is the bot on server {settings.Discord.Guild}? Invite it with scope applications.commands"
                    : "";
                if (failures == 0) log.LogWarning("discord: set up: {Cause}{Hint}", e.Message, hint);
                var wait = Math.Min(LongestSetUpWait.TotalSeconds, (e.IsTransient ? 1 : 60) * Math.Pow(2, failures));
                await Task.Delay(TimeSpan.FromSeconds(wait), time, ct).Settled();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>People see beside the bot's name whether it reaches the cluster.</summary>
    private async Task ShowHealthAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await client.VersionAsync(ct);
                await gateway.ShowAsync("online", null, ct);
            }
            catch (ApiException)
            {
                await gateway.ShowAsync("idle", "the cluster does not answer", ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(BetweenLooks, time, ct).Settled();
        }
    }

    private static PlatformException Refusal(DiscordApiException e)
    {
        var hint = e.Code is DiscordCodes.MissingAccess or DiscordCodes.MissingPermissions
            ? "; let the bot view that channel and send messages, embeds and files in it" : "";
        return new PlatformException(e.Message + hint, e.IsTransient, e);
    }

    private MessageReference Remember(MessageReference message, MessageBody body)
    {
        if (_shown.Count >= MostRemembered) _shown.Clear();
        _shown[message] = body.Json.ToJsonString();
        return message;
    }

    private static MessageReference Ended(MessageReference message) => message with { Id = message.Id + "/ended" };

    /// <summary>A thread is a channel of its own.</summary>
    private static string IdOf(string channel) => channel.Split('/')[^1] is { Length: > 0 } id && id.All(char.IsAsciiDigit)
        ? id : throw new PlatformException($"'{channel}' is no channel of Discord", retry: false);
}
