using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// Lets SQLite read a database from wherever we say, through the interface it has for that (sqlite.org, "The SQLite OS Interface or VFS").
/// It can do nothing else: there is no journal, no lock, no temporary file and no way to write.
/// </summary>
internal static unsafe class ReadOnlyVfs
{
    public const string Name = "chatops-readonly";

    private const int Done = 0, NotFound = 12, CannotOpen = 14, ReadFailed = 10 | (1 << 8), ShortRead = 10 | (2 << 8), Refused = 8;
    private const int MainDatabase = 0x100, Immutable = 0x2000;

    private static readonly ConcurrentDictionary<string, ReadOnlySource> Sources = [];
    private static readonly Lazy<bool> Registered = new(Register);
    private static long _last;

    /// <summary>The name to open the source by, until it is removed.</summary>
    public static string Add(ReadOnlySource source)
    {
        _ = Registered.Value;
        var name = $"source-{Interlocked.Increment(ref _last)}";
        Sources[name] = source;
        return name;
    }

    public static void Remove(string name) => Sources.TryRemove(name, out _);

    /// <summary>SQLite keeps both tables for the life of the process.</summary>
    private static bool Register()
    {
        var methods = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
        *methods = new Methods
        {
            Version = 1,
            Close = &Close,
            Read = &Read,
            Write = &Write,
            Truncate = &Truncate,
            Sync = &Flagged,
            FileSize = &FileSize,
            Lock = &Flagged,
            Unlock = &Flagged,
            CheckReserved = &CheckReserved,
            Control = &Control,
            SectorSize = &SectorSize,
            Traits = &Traits,
        };
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = new Vfs
        {
            Version = 1,
            FileSize = sizeof(OpenFile),
            LongestName = 64,
            Next = 0,
            Name = Marshal.StringToCoTaskMemUTF8(Name),
            Data = (nint)methods,
            Open = &Open,
            Delete = &Delete,
            Access = &Access,
            FullName = &FullName,
            LoadLibrary = 0,
            LibraryError = 0,
            LibrarySymbol = 0,
            CloseLibrary = 0,
            Random = &Random,
            Sleep = &Sleep,
            Now = &Now,
            LastError = &LastError,
        };
        return Libsqlite.Register(vfs, 0) == Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, OpenFile* file, int flags, int* given)
    {
        *file = default;
        var known = (flags & MainDatabase) != 0 && Marshal.PtrToStringUTF8((nint)name) is { } text
            && Sources.TryGetValue(text, out var source)
                ? source : null;
        if (known is null)
            return CannotOpen;
        file->Source = GCHandle.ToIntPtr(GCHandle.Alloc(known));
        file->Methods = vfs->Data;
        if (given is not null)
            *given = Libsqlite.ReadOnly;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(OpenFile* file)
    {
        GCHandle.FromIntPtr(file->Source).Free();
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(OpenFile* file, byte* buffer, int amount, long offset)
    {
        var wanted = new Span<byte>(buffer, amount);
        var read = Of(file).TryRead(wanted, offset);
        if (read < 0)
            return ReadFailed;
        // SQLite relies on the rest being zero.
        wanted[read..].Clear();
        return read == amount ? Done : ShortRead;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(OpenFile* file, long* size)
    {
        *size = Of(file).Length;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(OpenFile* file, byte* buffer, int amount, long offset) => Refused;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(OpenFile* file, long size) => Refused;

    /// <summary>Syncing and locking: nothing changes here, so there is nothing to do.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Flagged(OpenFile* file, int flags) => Done;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReserved(OpenFile* file, int* held)
    {
        *held = 0;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Control(OpenFile* file, int operation, void* argument) => NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(OpenFile* file) => 4096;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Traits(OpenFile* file) => Immutable;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Vfs* vfs, byte* name, int sync) => Refused;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(Vfs* vfs, byte* name, int flags, int* exists)
    {
        *exists = 0;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullName(Vfs* vfs, byte* name, int size, byte* full)
    {
        var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (text.Length >= size)
            return CannotOpen;
        text.CopyTo(new Span<byte>(full, size));
        full[text.Length] = 0;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Random(Vfs* vfs, int amount, byte* bytes)
    {
        System.Security.Cryptography.RandomNumberGenerator.Fill(new Span<byte>(bytes, amount));
        return amount;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(Vfs* vfs, int microseconds) => 0;

    /// <summary>The Julian day; no check asks for the time.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Now(Vfs* vfs, double* day)
    {
        *day = 0;
        return Done;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LastError(Vfs* vfs, int size, byte* text) => Done;

    private static ReadOnlySource Of(OpenFile* file) => (ReadOnlySource)GCHandle.FromIntPtr(file->Source).Target!;

    /// <summary>sqlite3_file, with what is ours behind it.</summary>
    private struct OpenFile
    {
        public nint Methods, Source;
    }

    /// <summary>sqlite3_io_methods, version 1.</summary>
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<OpenFile*, int> Close;
        public delegate* unmanaged[Cdecl]<OpenFile*, byte*, int, long, int> Read, Write;
        public delegate* unmanaged[Cdecl]<OpenFile*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<OpenFile*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<OpenFile*, long*, int> FileSize;
        public delegate* unmanaged[Cdecl]<OpenFile*, int, int> Lock, Unlock;
        public delegate* unmanaged[Cdecl]<OpenFile*, int*, int> CheckReserved;
        public delegate* unmanaged[Cdecl]<OpenFile*, int, void*, int> Control;
        public delegate* unmanaged[Cdecl]<OpenFile*, int> SectorSize, Traits;
    }

    /// <summary>sqlite3_vfs, version 1.</summary>
    private struct Vfs
    {
        public int Version, FileSize, LongestName;
        public nint Next, Name, Data;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, OpenFile*, int, int*, int> Open;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int> Delete;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int*, int> Access;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, byte*, int> FullName;
        public nint LoadLibrary, LibraryError, LibrarySymbol, CloseLibrary;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> Random;
        public delegate* unmanaged[Cdecl]<Vfs*, int, int> Sleep;
        public delegate* unmanaged[Cdecl]<Vfs*, double*, int> Now;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> LastError;
    }
}
