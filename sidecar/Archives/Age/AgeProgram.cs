namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// The age program and how long it may neither take nor give a byte, while both are asked of it, before it counts as hanging.
/// Waiting for the store or for the home is never held against it.
/// </summary>
internal sealed record AgeProgram(TimeProvider Time)
{
    public static readonly AgeProgram Installed = new(TimeProvider.System);

    /// <summary>A path, or a name that is looked up in PATH.</summary>
    public string Path { get; init; } = "age";

    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="operation">What it is for, as a fault begins: <c>encrypting the archive</c>.</param>
    public AgeProcess Start(string operation, IEnumerable<string> arguments, CancellationToken cancellation) =>
        new(this, operation, arguments, cancellation);
}
