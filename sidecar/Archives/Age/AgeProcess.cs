using System.ComponentModel;
using System.Diagnostics;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// One run of age: bytes in on one thread, bytes out on another. It never outlives its owner, a cancellation or its program's patience,
/// and what it says on standard error never stops it. Every end but a good one is told by <see cref="Failure"/>.
/// </summary>
internal sealed class AgeProcess : IDisposable
{
    private readonly AgeProgram _program;
    private readonly string _operation;
    private readonly CancellationToken _cancellation;
    private readonly Process _process;
    private readonly Stream _input, _output;
    private readonly SpokenErrors _errors;
    private readonly ITimer _watchdog;
    private readonly CancellationTokenRegistration _registration;
    private long _moved;
    private volatile bool _giving, _taking, _hung;

    public AgeProcess(AgeProgram program, string operation, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        (_program, _operation, _cancellation) = (program, operation, cancellation);
        cancellation.ThrowIfCancellationRequested();
        _process = Begin(program, operation, arguments);
        (_input, _output) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        _errors = new(_process.StandardError.BaseStream);
        Moved();
        _watchdog = program.Time.CreateTimer(_ => EndIfHung(), null, program.Patience / 4, program.Patience / 4);
        _registration = cancellation.Register(Kill);
    }

    public int Id => _process.Id;

    /// <summary>Throws an IOException when age takes no more.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        (_giving, _) = (true, Moved());
        _input.Write(bytes);
        (_giving, _) = (false, Moved());
    }

    public void CloseInput()
    {
        _input.Dispose();
        // From here on whoever waits waits for age alone.
        (_giving, _) = (true, Moved());
    }

    /// <summary>0 when age has closed its output, well or not.</summary>
    public int Read(Span<byte> buffer)
    {
        (_taking, _) = (true, Moved());
        var read = _output.Read(buffer);
        // An output that has ended gives nothing more: the waiting goes on.
        (_taking, _) = (read == 0, Moved());
        return read;
    }

    /// <summary>Returns when age has ended and says that all went well.</summary>
    public void RequireSuccess()
    {
        if (End() != 0 || _hung || _cancellation.IsCancellationRequested)
            throw Failure();
    }

    /// <summary>Why it ended, as what is to be thrown. A caller's cancellation is the reason before all others.</summary>
    public Exception Failure(Exception? inner = null)
    {
        var code = End();
        // Ctrl-C at a terminal reaches age and us in any order.
        if (code == 128 + 2)
            _cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));
        if (_cancellation.IsCancellationRequested)
            return new OperationCanceledException(_cancellation);
        return new FaultException(
            _hung ? AgeFaults.Hung(_program, _operation) : AgeFaults.Ended(_operation, code, _errors.Text()), inner);
    }

    /// <summary>May be called from any thread, at any time, any number of times.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already.
        }
    }

    /// <summary>To be called when nobody reads or writes any more.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        _watchdog.Dispose();
        Kill();
        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private static Process Begin(AgeProgram program, string operation, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // It needs none of our settings, and some of them are credentials.
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "HOME")).ToList())
            start.Environment.Remove(name);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new FaultException(AgeFaults.Missing(program, operation, failure.Message), failure);
        }
    }

    private int End()
    {
        if (!_process.WaitForExit(_program.Patience))
        {
            _hung = true;
            Kill();
            _process.WaitForExit();
        }
        return _process.ExitCode;
    }

    private bool Moved()
    {
        Volatile.Write(ref _moved, _program.Time.GetTimestamp());
        return true;
    }

    private void EndIfHung()
    {
        if (!_giving || !_taking || _program.Time.GetElapsedTime(Volatile.Read(ref _moved)) < _program.Patience)
            return;
        _hung = true;
        Kill();
    }
}
