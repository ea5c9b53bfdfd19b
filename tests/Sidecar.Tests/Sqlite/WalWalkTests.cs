using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Tests.Sqlite;

public sealed class WalWalkTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_newest_committed_image_of_each_page_is_found(bool bigEndian)
    {
        var walk = Walk(new WalBuilder(bigEndian).Frame(1, 0, 1).Frame(2, 2, 2).Frame(1, 0, 3).Frame(3, 3, 4).Bytes);
        Assert.Equal((4u, 3u), (walk.CommittedFrames, walk.DatabasePages));
        Assert.Equal(new Dictionary<uint, uint> { [1] = 3, [2] = 2, [3] = 4 }, walk.Pages);
    }

    [Fact]
    public void An_uncommitted_tail_does_not_count()
    {
        var walk = Walk(new WalBuilder(false).Frame(1, 1, 1).Frame(1, 0, 2).Frame(2, 0, 3).Bytes);
        Assert.Equal((1u, 1u), (walk.CommittedFrames, walk.DatabasePages));
        Assert.Equal(1u, walk.Pages[1]);
    }

    [Fact]
    public void Frames_of_an_earlier_generation_end_the_valid_part()
    {
        var walk = Walk(new WalBuilder(false).Frame(1, 1, 1).Frame(2, 2, 2, salt: 99).Bytes);
        Assert.Equal(1u, walk.CommittedFrames);
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_frame_ends_the_valid_part_before_it()
    {
        var good = new WalBuilder(false).Frame(1, 1, 1).Frame(2, 2, 2).Bytes;
        for (var at = 32 + 24 + WalBuilder.PageSize; at < good.Length; at++)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 4;
            Assert.Equal(1u, Walk(bad).CommittedFrames);
        }
    }

    [Fact]
    public void A_torn_last_frame_does_not_count()
    {
        var whole = new WalBuilder(false).Frame(1, 1, 1).Frame(2, 2, 2).Bytes;
        for (var cut = 1; cut < 24 + WalBuilder.PageSize; cut += 37)
            Assert.Equal(1u, Walk(whole[..^cut]).CommittedFrames);
    }

    [Fact]
    public void Nothing_past_the_last_frame_asked_for_is_read()
    {
        var bytes = new WalBuilder(false).Frame(1, 1, 1).Frame(1, 1, 2).Frame(1, 1, 3).Bytes;
        Assert.Equal(2u, Walk(bytes, 2).CommittedFrames);
    }

    [Fact]
    public void A_header_with_a_wrong_checksum_or_page_size_is_none()
    {
        var good = new WalBuilder(false).Bytes;
        Assert.NotNull(WalHeader.Read(good));
        for (var at = 0; at < 32; at++)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 2;
            Assert.Null(WalHeader.Read(bad));
        }
    }

    private static WalWalk Walk(byte[] bytes, uint last = uint.MaxValue)
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        using var file = File.OpenHandle(path, options: FileOptions.DeleteOnClose);
        return WalFile.Walk(file, last)!;
    }
}
