namespace ChatOps.Sidecar.Archives;

/// <summary>
/// Compresses what is written into one zstd frame with a content checksum, which every zstd reads. Compression runs on the library's own
/// workers while the caller reads on. The frame is whole only after <see cref="Finish"/>; the stream below is not closed.
/// </summary>
internal sealed unsafe class ZstdWriter : WriteOnlyStream
{
    private readonly Stream _below;
    private readonly byte[] _output = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);
    private nint _context;

    public ZstdWriter(Stream below, int level, int workers)
    {
        _below = below;
        _context = Zstd.CreateCompressor();
        Zstd.Check(Zstd.SetParameter(_context, Zstd.LevelParameter, level));
        Zstd.Check(Zstd.SetParameter(_context, Zstd.ChecksumParameter, 1));
        // A libzstd built without threads refuses workers; the frame is the same.
        if (Zstd.IsError(Zstd.SetParameter(_context, Zstd.WorkersParameter, workers)) == 0 && workers > 0)
            Zstd.Check(Zstd.SetParameter(_context, Zstd.JobSizeParameter, 2 << 20));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* start = buffer)
        {
            var input = new Zstd.Buffer { Start = start, Size = (nuint)buffer.Length };
            while (input.Position < input.Size)
                Step(&input, Zstd.Continue);
        }
    }

    public void Finish()
    {
        var nothing = default(Zstd.Buffer);
        while (Step(&nothing, Zstd.End) != 0)
        {
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
            Zstd.FreeCompressor(_context);
        _context = 0;
        base.Dispose(disposing);
    }

    private nuint Step(Zstd.Buffer* input, int directive)
    {
        fixed (byte* start = _output)
        {
            var output = new Zstd.Buffer { Start = start, Size = (nuint)_output.Length };
            var left = Zstd.Check(Zstd.Compress(_context, &output, input, directive));
            _below.Write(_output, 0, (int)output.Position);
            return left;
        }
    }
}
