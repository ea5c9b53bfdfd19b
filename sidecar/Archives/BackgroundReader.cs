using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Reads the stream below ahead on a thread of its own, a few buffers at most, so that fetching and decompressing overlap with what is done
/// with the bytes. What fails below is thrown where the bytes would have come. Disposing it waits until the stream below is left alone.
/// </summary>
internal sealed class BackgroundReader : ReadOnlyStream
{
    private const int Buffers = 6, BufferSize = 256 * 1024;

    private readonly Stream _below;
    private readonly BlockingCollection<byte[]> _free = [];
    private readonly BlockingCollection<(byte[] Buffer, int Length)> _full = [];
    private readonly Thread _thread;
    private byte[]? _held;
    private int _at, _length;
    private ExceptionDispatchInfo? _failure;

    public BackgroundReader(Stream below)
    {
        _below = below;
        for (var i = 0; i < Buffers; i++)
            _free.Add(GC.AllocateUninitializedArray<byte>(BufferSize));
        _thread = new(Run) { IsBackground = true, Name = "archive reader" };
        _thread.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_at == _length && !TryNext())
            return 0;
        var part = _held.AsSpan(_at, Math.Min(buffer.Length, _length - _at));
        part.CopyTo(buffer);
        _at += part.Length;
        return part.Length;
    }

    protected override void Dispose(bool disposing)
    {
        _free.CompleteAdding();
        _thread.Join();
        _free.Dispose();
        _full.Dispose();
        base.Dispose(disposing);
    }

    private bool TryNext()
    {
        if (_held is not null && !_free.IsAddingCompleted)
            _free.Add(_held);
        _held = null;
        _at = _length = 0;
        if (_full.TryTake(out var next, Timeout.Infinite))
            (_held, _length) = next;
        else
            _failure?.Throw();
        return _held is not null;
    }

    private void Run()
    {
        try
        {
            foreach (var buffer in _free.GetConsumingEnumerable())
            {
                var read = _free.IsAddingCompleted ? 0 : _below.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                if (read == 0)
                    return;
                _full.Add((buffer, read));
            }
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            _full.CompleteAdding();
        }
    }
}
