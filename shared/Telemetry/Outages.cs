namespace ChatOps.Telemetry;

/// <summary>
/// Tells of a collector that does not take what is sent: once when it begins, once when it is over, and never twice within an hour, however
/// often it comes and goes. Any thread may note.
/// </summary>
internal sealed class Outages(TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Outage> _outages = new(StringComparer.Ordinal);
    private Action<string>? _tell;

    /// <summary>From here on; what was noted before is noted again soon if it lasts.</summary>
    public void TellTo(Action<string> tell) => _tell = tell;

    public void Failed(string address, string why)
    {
        lock (_gate)
        {
            if (_tell is null || _outages.TryGetValue(address, out var last) && (last.Lasts || time.GetElapsedTime(last.Told) < Quiet))
                return;
            _outages[address] = new(time.GetTimestamp(), Lasts: true);
        }
        _tell($"OTLP: {address} does not take what is sent ({why}); the work goes on without it");
    }

    public void Succeeded(string address)
    {
        lock (_gate)
        {
            if (!_outages.TryGetValue(address, out var last) || !last.Lasts) return;
            _outages[address] = last with { Lasts = false };
        }
        _tell?.Invoke($"OTLP: {address} takes what is sent again");
    }

    private readonly record struct Outage(long Told, bool Lasts);
}
