using ChatOps.EndToEnd.Tests.Charts;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>A pair of keys as an operator makes one, with the real age.</summary>
internal sealed class AgeKey : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private AgeKey()
    {
    }

    public string Recipient { get; private set; } = "";

    /// <summary>The file with the secret one.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "key.txt");

    public static async Task<AgeKey> MakeAsync()
    {
        Requirements.Need(Tools.Installed("age") && Tools.Installed("age-keygen") ? null : "age is missing: run `make prerequisites`");
        var key = new AgeKey();
        await OkAsync("age-keygen", "-o", key.Path);
        key.Recipient = (await OkAsync("age-keygen", "-y", key.Path)).Trim();
        return key;
    }

    /// <summary>What is in a file that was encrypted to it.</summary>
    public async Task<byte[]> OpenAsync(string file)
    {
        var plain = System.IO.Path.Combine(_folder.Path, "plain");
        await OkAsync("age", "-d", "-i", Path, "-o", plain, file);
        return await File.ReadAllBytesAsync(plain, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> OkAsync(string program, params string[] arguments)
    {
        var run = await ToolRun.OfAsync(program, arguments);
        return run.Code == 0 ? run.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {run.Errors}");
    }
}
