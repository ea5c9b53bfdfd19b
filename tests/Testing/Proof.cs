namespace ChatOps.Testing;

/// <summary>
/// Proofs that are as good as they are long. <c>make test</c> has them at a size that finds faults in seconds, <c>make prove</c> whole;
/// each says by <c>[Trait("prove", "monday")]</c> on which day CI has it whole too.
/// </summary>
public static class Proof
{
    public const string Variable = "CHATOPS_PROVE";

    public static bool IsWhole { get; } = Environment.GetEnvironmentVariable(Variable) == "true";

    public static int Size(int quick, int whole) => IsWhole ? whole : quick;
}
