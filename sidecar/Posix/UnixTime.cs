using System.Globalization;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// A file time to the nanosecond, which DateTime (100 ns) cannot keep; prints as PAX writes it: <c>1732184730.000000123</c>.
/// </summary>
internal readonly record struct UnixTime(long Seconds, uint Nanoseconds)
{
    public static UnixTime Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return new(long.Parse(text, CultureInfo.InvariantCulture), 0);
        var seconds = long.Parse(text.AsSpan(0, dot), CultureInfo.InvariantCulture);
        var fraction = uint.Parse(text[(dot + 1)..].PadRight(9, '0').AsSpan(0, 9), CultureInfo.InvariantCulture);
        // A PAX time before 1970 counts its fraction away from zero; a timespec always counts it forward.
        return text[0] == '-' && fraction > 0 ? new(seconds - 1, 1_000_000_000 - fraction) : new(seconds, fraction);
    }

    public override string ToString()
    {
        if (Nanoseconds == 0)
            return Seconds.ToString(CultureInfo.InvariantCulture);
        return Seconds >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Seconds}.{Nanoseconds:D9}")
            : string.Create(CultureInfo.InvariantCulture, $"-{-(Seconds + 1)}.{1_000_000_000 - Nanoseconds:D9}");
    }
}
