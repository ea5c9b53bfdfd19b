using System.Text.Json.Nodes;
using ChatOps.Values;

namespace ChatOps.Bot.Platforms.Discord;

/// <summary>
/// The answer to one interaction. Discord takes the first within three seconds and the rest for fifteen minutes; a first answer whose own
/// answer got lost is found again, so nothing is said twice.
/// </summary>
/// <remarks>Source: Discord API docs, "Receiving and Responding to Interactions", callback types and follow-up messages.</remarks>
internal sealed class InteractionReply(DiscordApi api, Interaction interaction, TimeProvider time)
{
    private const int Message = 4, DeferredMessage = 5, DeferredUpdate = 6, Choices = 8, Form = 9;
    private const int Ephemeral = 64;
    private static readonly TimeSpan FirstWithin = TimeSpan.FromSeconds(2.8);
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(14.5);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SteadyClock _sinceArrival = new(time);
    private Standing _standing = Standing.Open;

    private enum Standing
    {
        Open,

        /// <summary>Acknowledged with something that a message may still replace.</summary>
        Deferred,
        Answered,

        /// <summary>Discord never heard of us in time.</summary>
        Lost,
    }

    /// <summary>Nothing was said yet.</summary>
    public bool IsSilent => _standing is Standing.Open or Standing.Deferred;

    /// <summary>Shows a message as the answer; null when Discord no longer takes one.</summary>
    /// <param name="alone">To that person only.</param>
    public async Task<SentMessage?> ShowAsync(MessageBody body, bool alone, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_standing == Standing.Open && await FirstAsync(Message, alone ? Alone(body) : body, ct) is { } first)
            {
                _standing = Standing.Answered;
                if (first["resource"]?["message"] is { } message) return DiscordApi.Sent(message);
                // Acknowledged by a call whose answer was lost: whatever it showed becomes this.
                return await ReplaceAsync(body, ct);
            }
            // Perhaps one of the tries arrived: then there is an answer to replace.
            if (_standing == Standing.Lost) return await ReplaceAsync(body, ct);
            var replaces = _standing == Standing.Deferred;
            _standing = Standing.Answered;
            return replaces ? await ReplaceAsync(body, ct) : await FollowAsync(alone ? Alone(body) : body, ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A sentence to that person alone, whatever was shown before.</summary>
    public async Task TellAsync(string text, CancellationToken ct)
    {
        var body = new MessageBody(new JsonObject
        {
            ["content"] = Markdown.Escape(text),
            ["allowed_mentions"] = new JsonObject { ["parse"] = new JsonArray() },
        });
        await _gate.WaitAsync(ct);
        try
        {
            if (_standing == Standing.Open && await FirstAsync(Message, Alone(body), ct) is not null) _standing = Standing.Answered;
            else if (_standing == Standing.Deferred && interaction.Type == Interaction.Command) await ReplaceAsync(body, ct);
            else if (_standing is Standing.Deferred or Standing.Answered) await FollowAsync(Alone(body), ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Acknowledges without an answer, if nothing was answered yet.</summary>
    public Task DeferAsync(CancellationToken ct) => OnceAsync(
        interaction.Type == Interaction.Command ? DeferredMessage : DeferredUpdate,
        new MessageBody(new JsonObject()), Standing.Deferred, ct);

    public Task AskAsync(JsonObject form, CancellationToken ct) => OnceAsync(Form, new MessageBody(form), Standing.Answered, ct);

    public Task ChooseAsync(JsonArray choices, CancellationToken ct) =>
        OnceAsync(Choices, new MessageBody(new JsonObject { ["choices"] = choices }), Standing.Answered, ct);

    private async Task OnceAsync(int type, MessageBody body, Standing then, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_standing == Standing.Open && await FirstAsync(type, body, ct) is not null) _standing = then;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The acknowledgement; null, and the interaction lost, when Discord does not take it in time.</summary>
    private async Task<JsonNode?> FirstAsync(int type, MessageBody body, CancellationToken ct)
    {
        var callback = new MessageBody(new JsonObject { ["type"] = type, ["data"] = body.Json.DeepClone() }) { File = body.File };
        for (var pause = TimeSpan.FromSeconds(0.1); ; pause *= 2)
        {
            var wait = pause;
            try
            {
                using var limit = new CancellationTokenSource(OneTry, time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
                return await api.CallAsync(Route.Callback(interaction.Id, interaction.Token), callback, both.Token);
            }
            catch (DiscordApiException e) when (e.Code == DiscordCodes.AlreadyAcknowledged)
            {
                return new JsonObject();
            }
            catch (DiscordApiException e)
            {
                if (!e.IsTransient) break;
                wait = e.RetryAfter ?? pause;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // No answer in time: the next try finds out whether this one arrived.
            }
            if (_sinceArrival.Now + wait > FirstWithin) break;
            await Task.Delay(wait, time, ct);
        }
        _standing = Standing.Lost;
        return null;
    }

    /// <summary>Edits the answer with the interaction's own token; null when that has died.</summary>
    public Task<SentMessage?> ReplaceAsync(MessageBody body, CancellationToken ct) =>
        InsistAsync(Route.Original(HttpMethod.Patch, interaction.Application, interaction.Token), body, ct);

    private Task<SentMessage?> FollowAsync(MessageBody body, CancellationToken ct) =>
        InsistAsync(Route.FollowUp(interaction.Application, interaction.Token), body, ct);

    private async Task<SentMessage?> InsistAsync(Route route, MessageBody body, CancellationToken ct)
    {
        for (var wait = 0.25; ; wait = Math.Min(30, wait * 2))
        {
            try
            {
                return DiscordApi.Sent(await api.CallAsync(route, body, ct));
            }
            catch (DiscordApiException e) when (e.IsTransient && _sinceArrival.Now < TokenLife)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait), time, ct);
            }
            catch (DiscordApiException)
            {
                return null;
            }
        }
    }

    private static MessageBody Alone(MessageBody body) => body.With(new() { ["flags"] = Ephemeral });
}
