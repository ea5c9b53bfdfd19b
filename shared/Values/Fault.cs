namespace ChatOps.Values;

/// <summary>
/// Why an operation did not happen, told to a person: what was tried on which object, the cause, and the next thing to type.
/// </summary>
/// <param name="Kind">A stable CamelCase word for programs: a condition reason, a test, an exit code.</param>
/// <param name="Message">One sentence naming the operation, the object and the cause.</param>
/// <param name="Hint">What to do next, or null where nothing helps.</param>
public sealed record Fault(string Kind, string Message, string? Hint = null)
{
    public override string ToString() => Hint is null ? Message : $"{Message}. {Hint}";
}

/// <summary>Carries a <see cref="Values.Fault"/> through code that has no better way out than to throw.</summary>
public sealed class FaultException(Fault fault, Exception? cause = null) : Exception(fault.ToString(), cause)
{
    public Fault Fault { get; } = fault;
}
