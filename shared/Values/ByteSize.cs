using System.Globalization;

namespace ChatOps.Values;

/// <summary>A number of bytes that prints in decimal units as storage is sold: <c>894 MB</c>, <c>1.2 GB</c>.</summary>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static ByteSize operator +(ByteSize a, ByteSize b) => new(a.Bytes + b.Bytes);

    public static ByteSize operator -(ByteSize a, ByteSize b) => new(a.Bytes - b.Bytes);

    public static bool operator <(ByteSize a, ByteSize b) => a.Bytes < b.Bytes;

    public static bool operator >(ByteSize a, ByteSize b) => a.Bytes > b.Bytes;

    public static bool operator <=(ByteSize a, ByteSize b) => a.Bytes <= b.Bytes;

    public static bool operator >=(ByteSize a, ByteSize b) => a.Bytes >= b.Bytes;

    public static ByteSize FromMegabytes(long megabytes) => new(megabytes * 1_000_000);

    /// <summary>Reads <c>1500000</c>, <c>1.5 MB</c> or <c>512MiB</c>; letters of either case.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        text = text.Trim();
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        var unit = digits < 0 ? "B" : text[digits..].Trim();
        var number = digits < 0 ? text : text[..digits];
        var binary = unit.Length == 3 && char.ToLowerInvariant(unit[1]) == 'i';
        var power = Array.FindIndex(Units, known => known.Equals(binary ? $"{unit[0]}B" : unit, StringComparison.OrdinalIgnoreCase));
        if (power < 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        amount *= Math.Pow(binary ? 1024 : 1000, power);
        size = new((long)Math.Min(amount, long.MaxValue));
        return amount < long.MaxValue;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    public override string ToString()
    {
        double amount = Bytes;
        var unit = 0;
        while (Math.Abs(amount) >= 999.5 && unit < Units.Length - 1)
        {
            amount /= 1000;
            unit++;
        }
        var format = unit == 0 || Math.Abs(amount) >= 9.95 ? "0" : "0.0";
        return $"{amount.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
