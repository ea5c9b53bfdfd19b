namespace ChatOps.Sidecar.Archives;

/// <summary>Decompresses zstd frames; a frame cut short or followed by anything else is an error, never a quiet end.</summary>
internal sealed unsafe class ZstdReader(Stream below) : ReadOnlyStream
{
    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);
    private nint _context = Zstd.CreateDecompressor();
    private int _at, _filled;
    private bool _insideFrame = true;

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            if (_at == _filled && !Refill())
                return _insideFrame ? throw new InvalidDataException("the archive ends in the middle of its zstd frame") : 0;
            var produced = Step(buffer);
            if (produced > 0)
                return produced;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
            Zstd.FreeDecompressor(_context);
        _context = 0;
        base.Dispose(disposing);
    }

    private bool Refill()
    {
        (_at, _filled) = (0, below.Read(_input));
        return _filled > 0;
    }

    private int Step(Span<byte> buffer)
    {
        fixed (byte* source = _input)
        fixed (byte* target = buffer)
        {
            var input = new Zstd.Buffer { Start = source, Size = (nuint)_filled, Position = (nuint)_at };
            var output = new Zstd.Buffer { Start = target, Size = (nuint)buffer.Length };
            var left = Zstd.Check(Zstd.Decompress(_context, &output, &input));
            _at = (int)input.Position;
            _insideFrame = left != 0;
            return (int)output.Position;
        }
    }
}
