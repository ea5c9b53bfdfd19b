using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Tests.Stores;

namespace ChatOps.Sidecar.Tests.Archives;

public sealed class BackgroundStreamsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_144)]
    [InlineData(5_000_001)]
    public void What_is_written_and_what_is_read_is_the_same_in_the_same_order(int length)
    {
        var bytes = Samples.Noise(length);
        using var below = new MemoryStream();
        using (var writer = new BackgroundWriter(below))
        {
            for (var at = 0; at < length; at += 100_003)
                writer.Write(bytes.AsSpan(at, Math.Min(100_003, length - at)));
            writer.Finish();
        }
        below.Position = 0;
        using var reader = new BackgroundReader(below);
        using var read = new MemoryStream();
        reader.CopyTo(read);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public void A_failure_below_reaches_the_writer_however_much_it_still_has_to_write()
    {
        using var writer = new BackgroundWriter(new Breaking(after: 1_000_000));
        var failure = Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i < 100; i++)
                writer.Write(new byte[300_000]);
            writer.Finish();
        });
        Assert.Equal("the disk is gone", failure.Message);
    }

    [Fact]
    public void A_failure_in_the_last_bytes_is_thrown_by_Finish()
    {
        using var writer = new BackgroundWriter(new Breaking(after: 0));
        writer.Write([1]);
        Assert.Throws<IOException>(writer.Finish);
    }

    [Fact]
    public void A_failure_below_reaches_the_reader_after_the_bytes_before_it()
    {
        using var reader = new BackgroundReader(new Breaking(after: 1_000_000));
        var read = 0;
        Assert.Throws<IOException>(() =>
        {
            var buffer = new byte[100_000];
            for (int got; (got = reader.Read(buffer)) > 0;)
                read += got;
        });
        Assert.InRange(read, 700_000, 1_000_000);
    }

    [Fact]
    public void Left_before_the_end_neither_touches_the_stream_below_again()
    {
        var below = new Breaking(after: long.MaxValue);
        using (var writer = new BackgroundWriter(below))
            writer.Write(new byte[10_000_000]);
        var written = below.Moved;
        using (var reader = new BackgroundReader(below))
            Assert.True(reader.Read(new byte[10]) > 0);
        Assert.True(below.Moved < written + 10_000_000);
    }

    /// <summary>Takes and gives zeros until so many bytes have passed, then fails.</summary>
    private sealed class Breaking(long after) : MemoryStream
    {
        public long Moved { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer) => Move(buffer.Length);

        public override int Read(Span<byte> buffer)
        {
            Move(buffer.Length);
            return buffer.Length;
        }

        private void Move(int length) => Moved = Moved + length > after ? throw new IOException("the disk is gone") : Moved + length;
    }
}
