namespace ChatOps.Values;

/// <summary>Either a value or the <see cref="Values.Fault"/> that stands in its place: for refusals a caller must expect.</summary>
public readonly record struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Fault? fault) => (_value, Fault) = (value, fault);

    public Fault? Fault { get; }

    public bool Succeeded => Fault is null;

    /// <summary>The value; asking for it after a refusal throws that refusal.</summary>
    public T Value => Fault is null ? _value! : throw new FaultException(Fault);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Fault fault) => new(default, fault);
}
