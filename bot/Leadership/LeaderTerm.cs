using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Leadership;

/// <summary>
/// The time in which this bot leads: renews the Lease, and ends before anybody else may take it. Disposed, it gives the Lease back, so
/// that another leads at once; whoever disposes it has stopped acting before.
/// </summary>
internal sealed class LeaderTerm : IAsyncDisposable
{
    /// <summary>What timers can tell from nothing.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly IKubernetesClient _client;
    private readonly string _namespace, _self;
    private readonly LeaseSettings _terms;
    private readonly Leader _leader;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _lost = new(), _stop = new();
    private readonly Task _holding;
    private Lease _lease;
    private long _renewed;

    /// <param name="asked">When the call that took the Lease was sent: its duration counts from there.</param>
    public LeaderTerm(
        IKubernetesClient client, string ns, Lease taken, string self, long asked, LeaseSettings terms,
        Leader leader, TimeProvider time, ILogger log)
    {
        (_client, _namespace, _lease, _self, _renewed, _terms, _leader, _time, _log) =
            (client, ns, taken, self, asked, terms, leader, time, log);
        _holding = HoldAsync();
    }

    /// <summary>Cancelled when this bot leads no longer.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _holding;
        if (!_lost.IsCancellationRequested) await GiveBackAsync();
        _leader.Lose();
        _stop.Dispose();
        _lost.Dispose();
    }

    public static JsonObject Renewal(string self, LeaseSettings terms, DateTimeOffset now) => new()
    {
        ["holderIdentity"] = self,
        ["leaseDurationSeconds"] = (int)Math.Ceiling(terms.Duration.TotalSeconds),
        ["renewTime"] = MicroTime(now),
    };

    /// <summary>A patch that is refused when the Lease is no longer in the state seen.</summary>
    public static Patch On(Lease seen, JsonObject spec) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = seen.Metadata.ResourceVersion },
        ["spec"] = spec,
    });

    /// <summary>The API's MicroTime: RFC 3339 with exactly six digits of a second.</summary>
    public static string MicroTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>What is left until it must stop.</summary>
    private TimeSpan Rest => _terms.RenewWithin - _time.GetElapsedTime(_renewed) is var rest && rest > Least ? rest : Least;

    private async Task HoldAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_terms.Retry < Rest ? _terms.Retry : Rest, _time, _stop.Token);
                if (Rest <= Least)
                {
                    Lose($"it could not be renewed for {_terms.RenewWithin.TotalSeconds:0.#} s");
                    return;
                }
                if (await TakenByAsync() is not { } other) continue;
                Lose($"{other} has it");
                return;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Given back by choice.
        }
        catch (Exception e)
        {
            Lose($"renewing it failed: {e.Message}");
        }
    }

    /// <summary>Renews once; who took the Lease away, if that is how it went.</summary>
    private async Task<string?> TakenByAsync()
    {
        // An answer that comes too late is none.
        using var limit = new CancellationTokenSource(Rest, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            var asked = _time.GetTimestamp();
            _lease = await _client.PatchAsync(
                Kinds.Leases, _namespace, LeaseSettings.Name, LeaderTerm.On(_lease, Renewal(_self, _terms, _time.GetUtcNow())), both.Token);
            _renewed = asked;
            return null;
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            return await LookAsync(both.Token);
        }
        catch (ApiException e)
        {
            _log.LogWarning("renew the lease: {Cause}; trying again", e.Message);
            return null;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The Lease is not as it was left: somebody edited it, which does no harm, or it is somebody else's, or gone.</summary>
    private async Task<string?> LookAsync(CancellationToken ct)
    {
        try
        {
            var found = await _client.FindAsync(Kinds.Leases, _namespace, LeaseSettings.Name, ct);
            if (found is null) return "nobody (it was deleted)";
            if (found.Spec.HolderIdentity != _self)
                return found.Spec.HolderIdentity is { Length: > 0 } other ? other : "nobody (its holder was struck out)";
            _lease = found;
            return null;
        }
        catch (ApiException e)
        {
            _log.LogWarning("read the lease: {Cause}; trying again", e.Message);
            return null;
        }
    }

    private void Lose(string why)
    {
        _log.LogError("{Self} leads no longer: {Why}; it ends, and starts anew", _self, why);
        _leader.Lose();
        _lost.Cancel();
    }

    private async Task GiveBackAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        try
        {
            try
            {
                await EmptyAsync(limit.Token);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // A renewal whose answer was not waited for may have arrived all the same.
                if (await LookAsync(limit.Token) is { } other)
                {
                    _log.LogInformation("the lease was not given back: {Other} has it", other);
                    return;
                }
                await EmptyAsync(limit.Token);
            }
            _log.LogInformation("{Self} gives the lease back", _self);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            _log.LogInformation("the lease was not given back ({Cause}); another takes it when its time is over", e.Message);
        }
    }

    /// <summary>A duration of one second, as others expect of a Lease that nobody holds.</summary>
    private Task<Lease> EmptyAsync(CancellationToken ct) => _client.PatchAsync(
        Kinds.Leases, _namespace, LeaseSettings.Name,
        On(_lease, new() { ["holderIdentity"] = "", ["leaseDurationSeconds"] = 1, ["renewTime"] = MicroTime(_time.GetUtcNow()) }), ct);
}
