using System.Globalization;
using System.Runtime.InteropServices;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Tests.Posix;

/// <summary>That a page is given back exactly when the file can give it again.</summary>
public sealed partial class IdleMemoryTests : IDisposable
{
    private const int Read = 1, Write = 2, Private = 2, Size = 4096 * 16;
    private readonly Home _home = new();
    private readonly List<nint> _mappings = [];

    [Fact]
    public void Constants_that_the_file_still_has_are_given_back_and_read_again()
    {
        var constants = Map("constants.so", Read);
        Assert.Equal((byte)'a', Marshal.ReadByte(constants));
        Assert.True(ResidentOf(constants) > 0, "nothing was read");

        IdleMemory.GiveBack();

        Assert.Equal(0, ResidentOf(constants));
        Assert.Equal((byte)'a', Marshal.ReadByte(constants));
    }

    [Fact]
    public void A_mapping_with_a_byte_of_its_own_stays_as_it_is()
    {
        // As the loader leaves addresses that it has put in: written once, and read-only from then on.
        var relocated = Map("relocated.so", Read | Write);
        Marshal.WriteByte(relocated, 1, (byte)'b');
        Assert.Equal(0, Protect(relocated, Size, Read));

        IdleMemory.GiveBack();

        Assert.Equal("ab", Marshal.PtrToStringAnsi(relocated, 2));
    }

    [Fact]
    public void Data_is_left_alone()
    {
        var data = Map("data.db", Read);
        _ = Marshal.ReadByte(data);
        var resident = ResidentOf(data);

        IdleMemory.GiveBack();

        Assert.True(resident > 0);
        Assert.Equal(resident, ResidentOf(data));
    }

    public void Dispose()
    {
        foreach (var mapping in _mappings) _ = Unmap(mapping, Size);
        _home.Dispose();
    }

    private nint Map(string name, int protection)
    {
        _home.Write(name, new string('a', Size));
        using var file = File.OpenHandle(_home.At(name));
        var mapping = MapFile(0, Size, protection, Private, file, 0);
        Assert.NotEqual(-1, mapping);
        _mappings.Add(mapping);
        return mapping;
    }

    /// <summary>In kB, as proc(5) has it.</summary>
    private static int ResidentOf(nint mapping)
    {
        var lines = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith($"{mapping:x}-", StringComparison.Ordinal));
        var resident = lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return int.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MapFile(nint address, nuint length, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
