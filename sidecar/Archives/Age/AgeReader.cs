using System.Runtime.ExceptionServices;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// Decrypts the stream below through age, which one other thread reads to its end. An end of the data is only reported when age has
/// authenticated all of it; after disposal nobody touches the stream below any more.
/// </summary>
internal sealed class AgeReader : ReadOnlyStream
{
    private readonly Stream _below;
    private readonly AgeProcess _age;
    private readonly Thread _feeder;
    private ExceptionDispatchInfo? _broken;
    private volatile bool _ended;

    public AgeReader(Stream below, AgeIdentity identity, CancellationToken cancellation)
    {
        _below = below;
        _age = identity.Program.Start("decrypting the archive", ["--decrypt", "--identity", identity.Path], cancellation);
        _feeder = new(Feed) { IsBackground = true, Name = "age input" };
        _feeder.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        var read = _age.Read(buffer);
        if (read > 0)
            return read;
        _feeder.Join();
        // Without all of its input age cannot but fail: what kept it back is the cause.
        _broken?.Throw();
        _age.RequireSuccess();
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _ended = true;
        _age.Kill();
        _feeder.Join();
        _age.Dispose();
        base.Dispose(disposing);
    }

    private void Feed()
    {
        var buffer = new byte[256 * 1024];
        try
        {
            int read;
            while (!_ended && (read = _below.Read(buffer)) > 0)
            {
                if (!TryGive(buffer.AsSpan(0, read)))
                    return;
            }
            EndInput();
        }
        catch (Exception failure)
        {
            _broken = ExceptionDispatchInfo.Capture(failure);
            _age.Kill();
        }
    }

    /// <summary>False when age takes no more: it has ended, and its end says why.</summary>
    private bool TryGive(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _age.Write(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void EndInput()
    {
        try
        {
            _age.CloseInput();
        }
        catch (IOException)
        {
            // As above.
        }
    }
}
