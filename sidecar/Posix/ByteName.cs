using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace ChatOps.Sidecar.Posix;

/// <summary>
/// Names as strings without losing a byte: to the kernel a name is bytes, and not all of them are UTF-8. A byte that is none stands as the
/// private-use character U+F700 + byte, and so do the bytes of those characters themselves: every name has one string, and the string
/// gives back the name. Unlike a lone surrogate it passes through JSON.
/// </summary>
internal static unsafe class ByteName
{
    private const int Lowest = 0xF780, Highest = 0xF7FF, Offset = 0xF700;

    public static string Decode(ReadOnlySpan<byte> name)
    {
        if (Ascii.IsValid(name))
            return Encoding.ASCII.GetString(name);
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf8(name, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            if (whole && rune.Value is < Lowest or > Highest)
                text.Append(rune.ToString());
            else
            {
                foreach (var b in name[..used])
                    text.Append((char)(Offset + b));
            }
            name = name[used..];
        }
        return text.ToString();
    }

    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange((char)Lowest, (char)Highest))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(text.Length);
        Span<byte> one = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= Lowest and <= Highest)
                bytes.Add((byte)(rune.Value - Offset));
            else
                bytes.AddRange(one[..rune.EncodeToUtf8(one)]);
        }
        return [.. bytes];
    }

    /// <summary>Hands names to the kernel.</summary>
    [CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(Marshaller))]
    internal ref struct Marshaller
    {
        private byte* _allocated;
        private Span<byte> _bytes;

        public static int BufferSize => 512;

        public void FromManaged(string name, Span<byte> buffer)
        {
            var bytes = Encode(name);
            if (bytes.Length >= buffer.Length)
            {
                _allocated = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
                buffer = new(_allocated, bytes.Length + 1);
            }
            bytes.CopyTo(buffer);
            buffer[bytes.Length] = 0;
            _bytes = buffer;
        }

        // The buffer the generated code gives lies on its stack.
        public readonly byte* ToUnmanaged() => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_bytes));

        public readonly void Free() => NativeMemory.Free(_allocated);
    }
}
