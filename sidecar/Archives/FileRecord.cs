using System.Text.Json.Serialization;
using ChatOps.Sidecar.Posix;

namespace ChatOps.Sidecar.Archives;

/// <summary>One line of the list of files, in the order of the archive: what a reader must find there.</summary>
/// <param name="Type">file, directory, link (symbolic) or hardlink.</param>
/// <param name="Sha256">Of the contents, for files.</param>
/// <param name="Target">Where a link leads.</param>
/// <param name="Sparse">The file had holes: a restore makes holes of its zeros again.</param>
internal sealed record FileRecord(string Path, string Type, long Size, string? Sha256 = null, string? Target = null, bool? Sparse = null)
{
    public static string TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.Directory => "directory",
        EntryKind.SymbolicLink => "link",
        EntryKind.HardLink => "hardlink",
        _ => "file",
    };
}

/// <summary>Something that is not in the archive, or not as one moment of it, and why.</summary>
/// <param name="Missed">It has contents that would be there had they let themselves be read.</param>
/// <param name="ReadableBy">The user it would let read, as <c>472:472</c>; null where another user is not what is lacking.</param>
internal sealed record ListedPath(
    string Path, string Reason, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Missed = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReadableBy = null)
{
    /// <param name="owner">Of what could not be read, or of the folder that hides it.</param>
    public static ListedPath Unread(string path, PosixException failure, in FileState owner) => new(path, failure.Message, Missed: true)
    {
        ReadableBy = failure.Errno != PosixException.NoAccess || PosixAccess.IsRoot ? null
            : PosixAccess.IsOwner(owner) ? "0:0"
            : $"{owner.Uid}:{owner.Gid}",
    };
}

[JsonSerializable(typeof(FileRecord))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class FileRecordJson : JsonSerializerContext;
