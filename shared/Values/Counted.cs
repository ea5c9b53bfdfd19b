using System.Globalization;

namespace ChatOps.Values;

/// <summary>A number of things, as people write it.</summary>
public static class Counted
{
    /// <summary><c>1 file</c>, <c>12,345 files</c>.</summary>
    public static string Of(long number, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {(number == 1 ? one : many ?? one + "s")}");
}
