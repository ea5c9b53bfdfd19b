using ChatOps.Values;

namespace ChatOps.Sidecar.Archives;

/// <summary>What could not be set as it was at home, by this process or on this file system: the data is there all the same.</summary>
internal sealed class Losses
{
    public const string Owner = "owner", Mode = "mode", Times = "time", Attribute = "attribute", Link = "symbolic link";

    private readonly SortedDictionary<string, (long Count, string First)> _lost = new(StringComparer.Ordinal);

    public bool Note(string what, string path, bool done)
    {
        if (!done)
            _lost[what] = _lost.TryGetValue(what, out var lost) ? lost with { Count = lost.Count + 1 } : (1, path);
        return done;
    }

    /// <summary>One line for each kind.</summary>
    public IReadOnlyList<string> InWords() =>
    [
        .. from lost in _lost
           let number = Counted.Of(lost.Value.Count, lost.Key)
           select $"{number} could not be set, first of {lost.Value.First}{Reason(lost.Key)}",
    ];

    private static string Reason(string what) => what switch
    {
        Owner => ": these files belong to this user now, as only root can give files away",
        Link => ": this file system has none",
        _ => ": this user may not, or the file system keeps none",
    };
}
