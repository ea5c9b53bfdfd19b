using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Writes to the stream below on a thread of its own, so that hashing and storing overlap with reading and compressing. A few buffers wait
/// at most. What fails below is thrown at the next write or at <see cref="Finish"/>, and until that has returned nothing is certain.
/// </summary>
internal sealed class BackgroundWriter : WriteOnlyStream
{
    private const int Buffers = 6, BufferSize = 256 * 1024;

    private readonly Stream _below;
    private readonly BlockingCollection<byte[]> _free = [];
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _full = [];
    private readonly Thread _thread;
    private byte[]? _filling;
    private int _filled;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _abandoned;

    public BackgroundWriter(Stream below)
    {
        _below = below;
        for (var i = 0; i < Buffers; i++)
            _free.Add(GC.AllocateUninitializedArray<byte>(BufferSize));
        _thread = new(Run) { IsBackground = true, Name = "archive writer" };
        _thread.Start();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Volatile.Read(ref _failure)?.Throw();
            _filling ??= _free.Take();
            var part = buffer[..Math.Min(buffer.Length, BufferSize - _filled)];
            part.CopyTo(_filling.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
            if (_filled == BufferSize)
                Hand();
        }
    }

    /// <summary>Returns when everything has been written below; nothing may be written afterwards.</summary>
    public void Finish()
    {
        Hand();
        _full.CompleteAdding();
        _thread.Join();
        _failure?.Throw();
    }

    /// <summary>Without <see cref="Finish"/> what still waits is dropped, and the stream below is left alone before this returns.</summary>
    protected override void Dispose(bool disposing)
    {
        _abandoned = true;
        _full.CompleteAdding();
        _thread.Join();
        _free.Dispose();
        _full.Dispose();
        base.Dispose(disposing);
    }

    private void Hand()
    {
        if (_filling is { } buffer)
            _full.Add((buffer, _filled));
        (_filling, _filled) = (null, 0);
    }

    private void Run()
    {
        foreach (var (buffer, length) in _full.GetConsumingEnumerable())
        {
            // After a failure buffers still go round, so that whoever waits for one comes to hear of it.
            if (_failure is null && !_abandoned)
                TryWrite(buffer.AsSpan(0, length));
            _free.Add(buffer);
        }
    }

    private void TryWrite(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _below.Write(bytes);
        }
        catch (Exception failure)
        {
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(failure));
        }
    }
}
