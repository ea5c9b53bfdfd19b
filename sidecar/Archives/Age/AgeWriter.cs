using System.Runtime.ExceptionServices;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// Encrypts what is written into the stream below, through age. A byte that is not age's never gets there; the file below is whole only
/// after <see cref="Finish"/>, and the stream below is written to by one other thread until then. It is not closed.
/// </summary>
internal sealed class AgeWriter : WriteOnlyStream
{
    private const string Operation = "encrypting the archive";

    private readonly Stream _below;
    private readonly AgeProcess _age;
    private readonly AgeHeader _header = new();
    private readonly Thread _pump;
    private ExceptionDispatchInfo? _broken;
    private long _given, _taken;

    public AgeWriter(Stream below, AgeProgram program, IReadOnlyList<string> recipients, CancellationToken cancellation)
    {
        _below = below;
        _age = program.Start(Operation, AgeRecipients.Arguments(recipients), cancellation);
        _pump = new(Pump) { IsBackground = true, Name = "age output" };
        _pump.Start();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _age.Write(buffer);
            _given += buffer.Length;
        }
        catch (IOException failure)
        {
            throw Failure(failure);
        }
    }

    public void Finish()
    {
        try
        {
            _age.CloseInput();
        }
        catch (IOException failure)
        {
            throw Failure(failure);
        }
        _pump.Join();
        _broken?.Throw();
        _age.RequireSuccess();
        // An age that ended early, or that is not age, and says that all is well.
        if (_header.Length is not { } header || AgeHeader.FileLength(header, _given) != _taken)
            throw new FaultException(AgeFaults.NotAge(Operation, $"{_taken} bytes for {_given}"));
    }

    protected override void Dispose(bool disposing)
    {
        _age.Kill();
        _pump.Join();
        _age.Dispose();
        base.Dispose(disposing);
    }

    private Exception Failure(IOException inner)
    {
        // The pump ends with age's output; where the store has failed, that is the first cause.
        _pump.Join();
        _broken?.Throw();
        return _age.Failure(inner);
    }

    private void Pump()
    {
        var buffer = new byte[256 * 1024];
        try
        {
            int read;
            while ((read = _age.Read(buffer)) > 0)
            {
                _header.Take(buffer.AsSpan(0, read));
                _taken += read;
                _below.Write(buffer.AsSpan(0, read));
            }
        }
        catch (InvalidDataException failure)
        {
            _broken = ExceptionDispatchInfo.Capture(new FaultException(AgeFaults.NotAge(Operation, failure.Message), failure));
        }
        catch (Exception failure)
        {
            _broken = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            if (_broken is not null)
                _age.Kill();
        }
    }
}
