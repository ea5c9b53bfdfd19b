using ChatOps.Sidecar.Archives;
using ChatOps.Testing;

namespace ChatOps.Sidecar.Tests.Archives;

public sealed class TarMembersTests
{
    private static readonly ArchiveEntry[] Entries =
    [
        new("é\n12 path=evil\n", EntryKind.File, 700, 0x1ed, 5, 6, new(-3, 250_000_000))
        {
            Attributes = [new("user.a=%3D", "x\ny"u8.ToArray())],
        },
        new("d" + new string('n', 300), EntryKind.Directory, 0, 0x1ff, 3_000_000, 4_000_000, new(1L << 34, 1)),
        new("caf\uf7e9", EntryKind.SymbolicLink, 0, 0x1ff, 0, 0, new(7, 0), "\uf7ff\n"),
        new("plain", EntryKind.HardLink, 0, 0x1a4, 0, 0, new(7, 0), "é"),
    ];

    [Fact]
    public void What_is_written_is_read_again()
    {
        var read = ReadAll(Tar()).ToList();
        Assert.Equal(Entries.Select(entry => entry with { Attributes = null }), read.Select(entry => entry with { Attributes = null }));
        var attribute = Assert.Single(read[0].Attributes!);
        Assert.Equal(("user.a=%3D", "x\ny"), (attribute.Key, System.Text.Encoding.ASCII.GetString(attribute.Value)));
    }

    [Fact]
    public void Whatever_bytes_are_damaged_the_end_is_an_error_of_the_documented_kinds_or_none()
    {
        var (good, random, refused) = (Tar(), Seeds.NewRandom(), 0);
        for (var i = 0; i < 30_000; i++)
        {
            var bad = good[..(i % 3 == 0 ? random.Next(good.Length) : good.Length)];
            for (var n = random.Next(1, 4); n > 0 && bad.Length > 0; n--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            var failure = Record.Exception(() => ReadAll(bad).Count());
            Assert.True(
                failure is null or InvalidDataException or EndOfStreamException or FormatException or OverflowException, $"{failure}");
            refused += failure is null ? 0 : 1;
        }
        Assert.True(refused > 15_000, $"{refused}");
    }

    private static byte[] Tar()
    {
        using var output = new MemoryStream();
        using var header = new TarHeader();
        foreach (var entry in Entries)
        {
            header.Write(output, entry);
            output.Write(new byte[TarHeader.Padded(entry.Size)]);
        }
        output.Write(new byte[2 * TarHeader.Block]);
        return output.ToArray();
    }

    private static IEnumerable<ArchiveEntry> ReadAll(byte[] tar)
    {
        var members = new TarMembers(new MemoryStream(tar));
        while (members.Next() is { } entry)
            yield return entry;
    }
}
