using System.Globalization;

namespace ChatOps.Values;

/// <summary>A number of bytes that prints in decimal units as storage is sold: <c>894 MB</c>, <c>1.2 GB</c>.</summary>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static ByteSize operator +(ByteSize a, ByteSize b) => new(a.Bytes + b.Bytes);

    public static ByteSize operator -(ByteSize a, ByteSize b) => new(a.Bytes - b.Bytes);

    public static bool operator <(ByteSize a, ByteSize b) => a.Bytes < b.Bytes;

    public static bool operator >(ByteSize a, ByteSize b) => a.Bytes > b.Bytes;

    public static bool operator <=(ByteSize a, ByteSize b) => a.Bytes <= b.Bytes;

    public static bool operator >=(ByteSize a, ByteSize b) => a.Bytes >= b.Bytes;

    public static ByteSize FromMegabytes(long megabytes) => new(megabytes * 1_000_000);

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
