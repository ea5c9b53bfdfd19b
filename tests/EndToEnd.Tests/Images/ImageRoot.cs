using System.Reflection.Metadata;
using static ChatOps.EndToEnd.Tests.Images.Dockerfile;

namespace ChatOps.EndToEnd.Tests.Images;

/// <summary>
/// The root file system of an image as its Dockerfile makes it, without Docker: the published program, what the base has, the libraries
/// that are copied, and nothing else; nobody in it may write to it, and what runs there is a user without rights.
/// </summary>
internal sealed class ImageRoot : IDisposable
{
    /// <summary>What the base has: the C library, OpenSSL and the certificates (dotnet/dotnet-docker, "runtime-deps" chiseled).</summary>
    private const string Base =
        "libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3";

    private readonly Dockerfile _file;
    private readonly string _root = Directory.CreateTempSubdirectory("image-").FullName;

    private ImageRoot(Dockerfile file) => _file = file;

    public string Path => System.IO.Path.Combine(_root, "image");

    /// <param name="directories">Directories that a pod would mount; they belong to the user.</param>
    public static async Task<ImageRoot> MakeAsync(Dockerfile file, params string[] directories)
    {
        NeedsRoot();
        var root = new ImageRoot(file);
        var (app, image) = (await file.PublishedAsync(root._root), root.Path);
        await ShellAsync(
            $"mkdir -p '{image}'/{{app,proc,dev,usr/lib,usr/bin,usr/share,lib64,etc,{string.Join(',', directories)}}} "
                + $"&& cp -r '{app}'/* '{image}/app/'");
        foreach (var library in Base.Split(' ').Concat(root.Copied))
            await ShellAsync($"cp -L $(ldconfig -p | grep -m1 -o '/.*/{library}$' || ls /lib/*-linux-gnu/{library}) '{image}/usr/lib/'");
        await ShellAsync(
            $"cp -L /lib64/ld-linux-*.so.* '{image}/lib64/' && ln -s usr/lib '{image}/lib' "
                + $"&& cp -r /usr/share/zoneinfo '{image}/usr/share/'");
        foreach (var program in file.Libraries.Where(name => !name.Contains(".so", StringComparison.Ordinal)))
            await ShellAsync($"cp -L /usr/bin/{program} '{image}/usr/bin/'");
        foreach (var directory in directories) await ShellAsync($"chown -R 1000:1000 '{image}/{directory}'");
        return root;
    }

    /// <summary>Runs a command line in it; /proc and /dev are there in every container.</summary>
    public Task<string> RunAsync(string command, string environment = "") => ShellAsync(
        $"export PATH=/usr/sbin:/usr/bin {environment}; unshare --mount bash -c \"mount -t proc proc '{Path}/proc' "
            + $"&& mount --bind /dev '{Path}/dev' && chroot --userspec=1000:1000 '{Path}' {command}\"");

    /// <summary>How large what the Dockerfile adds to its base is, compressed as a registry has it.</summary>
    public async Task<long> CompressedAsync()
    {
        var copied = string.Join(' ', Copied.Select(library => $"usr/lib/{library}"));
        return long.Parse(await ShellAsync($"cd '{Path}' && tar c app usr/bin {copied} usr/share | gzip | wc -c"));
    }

    /// <summary>The files that a program of it was compiled from, as a trace would name them.</summary>
    public IReadOnlyList<string> SourcesOf(string symbols)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(System.IO.Path.Combine(Path, "app", symbols)));
        var reader = provider.GetMetadataReader();
        return [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private IEnumerable<string> Copied => _file.Libraries.Where(name => name.Contains(".so", StringComparison.Ordinal));

    private static void NeedsRoot()
    {
        if (Environment.IsPrivilegedProcess) return;
        const string How = "To see an image's root this test must run as root.";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(How);
        Assert.Skip(How);
    }
}
