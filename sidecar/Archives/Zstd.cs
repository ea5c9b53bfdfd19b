using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Archives;

/// <summary>The calls of libzstd (zstd.h, "Streaming compression" and "Streaming decompression"), from the system's own library.</summary>
internal static unsafe partial class Zstd
{
    public const int LevelParameter = 100, ChecksumParameter = 201, WorkersParameter = 400, JobSizeParameter = 401;
    public const int Continue = 0, End = 2;

    private const string Library = "libzstd.so.1";

    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    public static partial nuint Compress(nint context, Buffer* output, Buffer* input, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    public static nuint Check(nuint code) =>
        IsError(code) == 0 ? code : throw new InvalidDataException($"zstd: {Marshal.PtrToStringUTF8(ErrorName(code))}");
}
