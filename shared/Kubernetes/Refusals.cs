using System.Collections.Concurrent;

namespace ChatOps.Kubernetes;

/// <summary>
/// What the API server forbids this program at present. Each right that is missing is said once in the log, however often it is missed, and
/// stands here until a minute has passed without: whoever follows something tries again more often than that.
/// </summary>
/// <param name="log">Takes one line for a person.</param>
public sealed class Refusals(TimeProvider time, Action<string> log)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>One sentence for each, with what to do.</summary>
    public IReadOnlyList<string> Present => [.. _last.Where(r => IsPresent(r.Value)).Select(r => r.Key).Order(StringComparer.Ordinal)];

    public void Note(ApiException refusal)
    {
        if (!refusal.IsForbidden || refusal.IsOfAdmission) return;
        var right = refusal.Hint ?? refusal.Message;
        var known = _last.TryGetValue(right, out var last) && IsPresent(last);
        _last[right] = time.GetTimestamp();
        if (!known) log($"{refusal.Message}. {right}");
    }

    private bool IsPresent(long last) => time.GetElapsedTime(last) < Remembered;
}
