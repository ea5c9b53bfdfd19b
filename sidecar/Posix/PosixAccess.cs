using System.Globalization;
using System.Runtime.InteropServices;

namespace ChatOps.Sidecar.Posix;

/// <summary>Asks the kernel what this process may do, by faccessat(2) with its effective user, and changes nothing.</summary>
internal static partial class PosixAccess
{
    private const int Execute = 1, Write = 2, Effective = 0x200;

    /// <summary>CAP_FOWNER of capabilities(7): may do what the owner of a file may.</summary>
    private const int AsOwner = 3;

    private static readonly Lazy<bool> IsEveryOwner = new(HasOwnersCapability);

    /// <summary>Who this process is to the kernel, as <c>1000:1000</c>.</summary>
    public static string Who => $"{EffectiveUser()}:{EffectiveGroup()}";

    public static bool IsRoot => EffectiveUser() == 0;

    /// <summary>Names in this directory may be made, renamed and removed: allowed, and not mounted read-only.</summary>
    public static bool MayChange(string directory) => AccessAt(Libc.CurrentDirectory, directory, Write | Execute, Effective) == 0;

    /// <summary>Why <see cref="MayChange"/> says no, in the kernel's words; null when it says yes.</summary>
    public static PosixException? WhyNot(string directory) =>
        MayChange(directory) ? null : PosixException.Last("writing in", directory);

    /// <summary>Its mode may be set, and what lies in it moved although it is sticky.</summary>
    public static bool IsOwner(in FileState state) => state.Uid == EffectiveUser() || IsEveryOwner.Value;

    private static bool HasOwnersCapability()
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits)
            && (bits >> AsOwner & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshallingCustomType = typeof(ByteName.Marshaller))]
    private static partial int AccessAt(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
