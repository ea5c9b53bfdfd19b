using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Values;

namespace ChatOps.Bot.Changes;

/// <summary>Waits until a workload is as a step wants it, or says why it is not; every news on the way is told.</summary>
/// <param name="target">How people call it.</param>
/// <param name="say">Told what the workload is doing.</param>
internal sealed class RolloutWait(RolloutFeed feed, string target, Func<string, Task> say, TimeProvider time)
{
    /// <summary>
    /// What a volume may take besides: the node that has it is given six minutes to let it go (kube-controller-manager,
    /// maxWaitForUnmountDuration), and going back would wait for the same volume.
    /// </summary>
    private static readonly TimeSpan UntilVolumeIsFree = TimeSpan.FromMinutes(7);

    private static readonly TimeSpan LeastLook = TimeSpan.FromSeconds(1);

    /// <summary>The state that a fault was thrown about; null before that.</summary>
    public Rollout? Failed { get; private set; }

    /// <param name="generation">Older states of the workload do not answer.</param>
    /// <param name="allowed">The time of the step.</param>
    /// <param name="otherwise">What it did not do, as <c>did not become ready</c>.</param>
    /// <param name="failFast">Whether what cannot become better by waiting ends it.</param>
    public async Task UntilAsync(
        Func<Rollout, bool> reached, long generation, TimeAllowed allowed, TimeSpan within, string otherwise, bool failFast,
        CancellationToken ct)
    {
        Rollout? last = null;
        foreach (var limit in (TimeSpan[])[within, within + UntilVolumeIsFree])
        {
            using var deadline = new CancellationTokenSource(Left(allowed, limit), time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            try
            {
                await foreach (var rollout in feed.ReadAsync(generation, both.Token))
                {
                    last = rollout;
                    if (reached(rollout)) return;
                    if (failFast && rollout.Trouble is { Hopeless: true } trouble) throw Fault(trouble.Fault, rollout);
                    await say(rollout.Message);
                }
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                last = await feed.LookAsync(generation, ct) ?? last;
                if (last is not null && reached(last)) return;
                if (last?.Trouble is not { AwaitsVolume: true }) break;
            }
        }
        throw Fault(Late(last, $"{target} {otherwise} within {Phrases.Duration(within)}"), last);
    }

    /// <summary>Ready once is not enough: a pod that falls over again within the time is a fault.</summary>
    public async Task SettleAsync(long generation, TimeAllowed allowed, TimeSpan within, CancellationToken ct)
    {
        using var calm = new CancellationTokenSource(Left(allowed, within), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, calm.Token);
        try
        {
            await foreach (var rollout in feed.ReadAsync(generation, both.Token))
            {
                if (!rollout.Done) throw Unsettled(rollout);
            }
        }
        catch (OperationCanceledException) when (calm.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // It stayed ready all the time, unless the news of its fall is still on the way.
            if (await feed.LookAsync(generation, ct) is { Done: false } now) throw Unsettled(now);
        }
    }

    /// <summary>What is left of the time: at least what one look takes.</summary>
    public static TimeSpan Left(TimeAllowed allowed, TimeSpan within) =>
        allowed.Left(within) is var left && left > LeastLook ? left : LeastLook;

    private static Fault Late(Rollout? last, string late) => last switch
    {
        { Trouble: { Hopeless: true } trouble } => trouble.Fault,
        { Trouble: { } trouble } => trouble.Fault with { Message = $"{late}: {trouble.Fault.Message}" },
        _ => new("DeadlineExceeded", $"{late}: {last?.Message ?? "no news from the cluster"}"),
    };

    private FaultException Unsettled(Rollout now) =>
        Fault(now.Trouble?.Fault ?? new("NotSettled", $"{target} became ready and then was not: {now.Message}"), now);

    private FaultException Fault(Fault fault, Rollout? about)
    {
        Failed = about;
        return new(fault);
    }
}
