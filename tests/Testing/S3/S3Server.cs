using ChatOps.Testing.Sqlite;

namespace ChatOps.Testing.S3;

/// <summary>
/// s3rver, somebody else's S3 server, as a process on a free port, with one bucket and a directory of its own. It checks no signatures of
/// version 4 and knows neither aborting nor listing uploads nor conditional requests: <see cref="S3Front"/> adds those.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "backups", AccessKey = "S3RVER", SecretKey = "S3RVER";
    public const string HowToGet = "node and s3rver are missing: run `make prerequisites`";

    private readonly NodeProgram _program;
    private readonly string _directory;

    private S3Server(NodeProgram program, string directory, Uri url) => (_program, _directory, Url) = (program, directory, url);

    public static bool Installed { get; } = NodeProgram.Installed("s3rver");

    public Uri Url { get; }

    public static async Task<S3Server> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("s3-").FullName;
        var program = NodeProgram.Start("--openssl-legacy-provider", NodeParts.Script("s3rver.mjs"), directory, Bucket);
        return new(program, directory, new(await program.LineAsync(line => line.StartsWith("http", StringComparison.Ordinal))));
    }

    /// <summary>The keys of all objects, whatever a listing says.</summary>
    public IReadOnlyList<string> Keys() =>
        [.. Directory.EnumerateFiles(BucketPath, "*" + ObjectSuffix, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(BucketPath, path)[..^ObjectSuffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>Uploads that are neither complete nor aborted: id and key.</summary>
    public IReadOnlyList<(string Id, string Key)> Uploads() => !Directory.Exists(UploadsPath) ? [] :
        [.. Directory.GetDirectories(UploadsPath).Select(path => (Id: Path.GetFileName(path), Key: Path.Combine(path, "key")))
            .Where(upload => File.Exists(upload.Key)).Select(upload => (upload.Id, File.ReadAllText(upload.Key)))];

    public string ObjectPath(string key) => Path.Combine(BucketPath, key) + ObjectSuffix;

    internal string? ETag(string key) =>
        File.Exists(ObjectPath(key)) ? $"\"{File.ReadAllText(ObjectPath(key) + ".md5")}\"" : null;

    internal bool Abort(string id)
    {
        // Its folder stays: a part still on its way would find it gone, and s3rver would die of that.
        var key = Path.Combine(UploadsPath, id, "key");
        if (!File.Exists(key)) return false;
        File.Delete(key);
        return true;
    }

    /// <summary>Takes an object away behind the back of whoever wrote it.</summary>
    public void Forget(string key)
    {
        var path = Path.Combine(BucketPath, key);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "._S3rver*"))
            File.Delete(file);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private const string ObjectSuffix = "._S3rver_object";

    private string BucketPath => Path.Combine(_directory, Bucket);

    private string UploadsPath => Path.Combine(BucketPath, "._S3rver_uploads");
}
