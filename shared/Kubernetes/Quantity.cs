using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatOps.Kubernetes;

/// <summary>An amount of a resource, such as <c>50m</c> or <c>1.5Gi</c>; the API server writes the same one in a form of its own.</summary>
/// <remarks>Kubernetes API reference, "Quantity".</remarks>
public static partial class Quantity
{
    /// <summary>Whether both are quantities and the same amount.</summary>
    public static bool AreSame(string one, string other) =>
        TryParse(one, out var amount) && TryParse(other, out var otherAmount) && amount == otherAmount;

    public static bool TryParse(string text, out decimal amount)
    {
        amount = 0;
        if (text.Length > 32 || Form().Match(text) is not { Success: true } parts || Factor(parts.Groups[2].Value) is not { } factor)
            return false;
        if (!decimal.TryParse(parts.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount))
            return false;
        if (amount > long.MaxValue / factor) return false;
        amount *= factor;
        return true;
    }

    private static decimal? Factor(string suffix) => suffix switch
    {
        "" => 1,
        "n" => 1e-9m,
        "u" => 1e-6m,
        "m" => 1e-3m,
        "k" => 1e3m,
        ['e' or 'E', .. { Length: > 0 } exponent] when exponent != "i" =>
            int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) && power is >= -9 and <= 18
                ? (decimal)Math.Pow(10, power)
                : null,
        [var unit, 'i'] => (decimal)Math.Pow(1024, "KMGTPE".IndexOf(unit, StringComparison.Ordinal) + 1),
        [var unit] => (decimal)Math.Pow(1000, "KMGTPE".IndexOf(unit, StringComparison.Ordinal) + 1),
        _ => null,
    };

    [GeneratedRegex(@"^\+?([0-9]+\.?[0-9]*|\.[0-9]+)([numk]|[KMGTPE]i|[MGTPE]|[eE][-+]?[0-9]+)?$")]
    private static partial Regex Form();
}
