namespace ChatOps.Testing.S3;

/// <summary>Something that goes wrong with so many of the calls it is meant for.</summary>
/// <param name="on">The calls it is meant for.</param>
/// <param name="status">The answer; 0 for none: the connection is cut.</param>
public sealed class S3Fault(Func<S3Call, bool> on, int status = 0, string code = "")
{
    private int _left = 1;

    public Func<S3Call, bool> On => on;

    public int Status => status;

    public string Code => code;

    /// <summary>How many calls it meets.</summary>
    public int Times { init => _left = value; }

    /// <summary>The server carries the call out all the same.</summary>
    public bool Arrives { get; init; }

    /// <summary>The answer never comes.</summary>
    public bool Hangs { get; init; }

    /// <summary>The answer is cut after so many bytes of its body.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Done when the first call has met it.</summary>
    public TaskCompletionSource Met { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool TakeOne() => _left > 0 && _left-- > 0;
}
