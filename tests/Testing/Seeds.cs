using System.Globalization;
using System.Runtime.CompilerServices;

namespace ChatOps.Testing;

/// <summary>
/// Whatever a test draws at random follows from one seed, which is new in each run, printed, and given back by <c>CHATOPS_SEED</c>: then
/// every test draws what it drew, alone or with others. A seed that failed becomes a row of the test's own.
/// </summary>
public static class Seeds
{
    public const string Variable = "CHATOPS_SEED";

    /// <summary>For generators of FsCheck, which want an odd number beside a seed: that of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    public const ulong Gamma = 0x9E3779B97F4A7C15;

    public static int OfRun { get; } = Find();

    /// <summary>One for the test that asks.</summary>
    /// <param name="part">Tells apart what is drawn in one place.</param>
    public static int New(int part = 0, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        Of(OfRun, $"{Path.GetFileNameWithoutExtension(file)}.{member}.{part}");

    /// <inheritdoc cref="New"/>
    public static Random NewRandom(int part = 0, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        new(New(part, file, member));

    /// <summary>FNV-1a of both: the hash codes of strings differ from process to process.</summary>
    internal static int Of(int run, string what)
    {
        var hash = 2166136261u ^ (uint)run;
        foreach (var letter in what) hash = (hash ^ letter) * 16777619;
        return (int)(hash & int.MaxValue);
    }

    private static int Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return int.Parse(given, NumberStyles.None, CultureInfo.InvariantCulture);
        var drawn = Random.Shared.Next();
        Console.Error.WriteLine($"{Variable}={drawn} replays what this run draws");
        return drawn;
    }
}
