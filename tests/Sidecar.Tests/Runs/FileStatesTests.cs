using System.Net.Sockets;
using System.Text;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Tests.Archives.Age;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>Files of every kind a home can hold: each comes back as it was, or is listed with the reason why it does not.</summary>
public sealed class FileStatesTests : IDisposable
{
    private readonly Home _home = new();

    private string Into => _home.Aside("into");

    public static TheoryData<string, byte[]> Attributes => new()
    {
        { "user.text", "plain"u8.ToArray() },
        { "user.empty", [] },
        { "user.binary", [0, 255, 254, 10, 61, 0, 128] },
        { "user.umlaut", Encoding.UTF8.GetBytes("grün") },
        { "user.lines", "a=b\nc=d\n"u8.ToArray() },
        { "user.a=b", "name with an equals sign"u8.ToArray() },
        { "user.a=b=c", [0, 1, 2] },
        { "user.größe", "name that is not ASCII"u8.ToArray() },
        { "user.100%", "name with a per cent sign"u8.ToArray() },
        { AccessList.Name, RightsOfUser33 },
        { "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000") },
    };

    /// <summary>As the kernel keeps it: the owner rw-, user 33 rw-, the owning group ---, the mask rw-, others ---.</summary>
    internal static byte[] RightsOfUser33 => Convert.FromHexString(
        "02000000" + "01000600ffffffff" + "0200060021000000" + "04000000ffffffff" + "10000600ffffffff" + "20000000ffffffff");

    [Theory]
    [InlineData("user.text")]
    [InlineData(AccessList.Name)]
    [InlineData(AccessList.DefaultName)]
    public async Task An_attribute_of_a_folder_and_of_the_home_itself_comes_back(string name)
    {
        Directory.CreateDirectory(_home.At("d"));
        var value = name == "user.text" ? "plain"u8.ToArray() : RightsOfUser33;
        foreach (var path in new[] { _home.At("d"), _home.Root })
        {
            using var directory = PosixFile.OpenDirectory(null, path);
            Assert.SkipUnless(ExtendedAttributes.TrySet(directory, name, value), "this file system keeps no such attributes");
        }
        await RoundTripAsync();
        foreach (var path in new[] { Path.Combine(Into, "d"), Into })
        {
            using var directory = PosixFile.OpenDirectory(null, path);
            Assert.Contains(ExtendedAttributes.Of(directory) ?? [], found => found.Key == name && found.Value.SequenceEqual(value));
        }
    }

    [Fact]
    public async Task What_is_restored_inherits_no_access_list_of_the_place()
    {
        _home.Write("d/a", "text");
        Directory.CreateDirectory(Into);
        using (var directory = PosixFile.OpenDirectory(null, Into))
            Assert.SkipUnless(
                ExtendedAttributes.TrySet(directory, AccessList.DefaultName, RightsOfUser33), "this file system keeps no access lists");
        using (var above = PosixFile.OpenDirectory(null, _home.Aside(".")))
            Assert.True(ExtendedAttributes.TrySet(above, AccessList.DefaultName, RightsOfUser33));
        await RoundTripAsync();
        foreach (var path in new[] { Into, Path.Combine(Into, "d") })
        {
            using var directory = PosixFile.OpenDirectory(null, path);
            Assert.Null(ExtendedAttributes.Of(directory));
        }
        using var file = File.OpenHandle(Path.Combine(Into, "d/a"));
        Assert.Null(ExtendedAttributes.Of(file));
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    public async Task An_extended_attribute_comes_back_byte_for_byte(string name, byte[] value)
    {
        var path = _home.Write("a", "text");
        using (var file = File.OpenHandle(path))
            Assert.SkipUnless(ExtendedAttributes.TrySet(file, name, value), "this file system keeps no extended attributes");
        await RoundTripAsync();
        using var restored = File.OpenHandle(Path.Combine(Into, "a"));
        var found = Assert.Single(ExtendedAttributes.Of(restored)!);
        Assert.Equal(name, found.Key);
        Assert.Equal(value, found.Value);
    }

    public static TheoryData<string, string> Shapes => new()
    {
        { "names of 255 bytes",
            "touch $(printf 'n%.0s' {1..255}); mkdir $(printf 'd%.0s' {1..255}); "
                + "echo x > $(printf 'd%.0s' {1..255})/$(printf 'é%.0s' {1..127})" },
        { "names that mean something elsewhere",
            "touch -- -rf ' ' 'a b' '\"' \"'\" $'new\\nline' $'tab\\t' '\\' '*' '?' '..a' 'a..' $'\\x01' '%s' 'x\u200ey'" },
        { "long and foreign names with line feeds",
            "touch $'\xc3\xa9\nnew=line' $(printf 'n%.0s' {1..200})$'\n9 x=y\n'; ln -s $'\xc3\xa9\n12 path=z\n' link" },
        { "names that are not UTF-8",
            "mkdir $'d\xff' && echo 1 > $'d\xff/caf\xe9'; echo 2 > $'\x80'; echo 3 > $'\xc3'; echo 4 > $'\xc3\xa9\xe9'; "
                + "echo 5 > $'\xef\x9f\xa9'; ln -s $'\xfe\xff' link; ln $'\x80' $'hard\xf0\x9f'; "
                + "echo long > $(printf 'n%.0s' {1..100})$'\xe9'" },
        { "names that differ in case or composition", "echo 1 > a; echo 2 > A; echo 3 > $'e\\xcc\\x81'; echo 4 > $'\\xc3\\xa9'" },
        { "data between holes",
            "dd if=/dev/urandom of=s bs=4096 count=1 seek=100 status=none; "
                + "dd if=/dev/urandom of=s bs=1 count=10 seek=9000000 conv=notrunc status=none; truncate -s 20M s" },
        { "a hole at the end and nothing else", "truncate -s 5000001 s" },
        { "hard links across folders", "mkdir -p x/y z; echo t > x/y/a; ln x/y/a z/b; ln x/y/a c" },
        { "links that lead nowhere, out, or round",
            "ln -s missing dangling; ln -s /etc/passwd absolute; ln -s . round; "
                + "ln -s $(printf 'l%.0s' {1..300}) long; ln -s $'\\xc3\\xa9' umlaut" },
        { "empty folders", "mkdir -p a/b/c d; chmod 000 d" },
        { "special modes",
            "echo s > suid; chmod 4755 suid; echo g > sgid; chmod 2755 sgid; "
                + "mkdir sticky shared; chmod 1777 sticky; chmod 2775 shared; echo n > none; chmod 000 none" },
        { "times long past, to come, and in between",
            "touch -d '1969-12-31 23:59:59.999999999Z' past; touch -d '1901-12-14 00:00:00.5Z' older; touch -d '@0' zero; "
                + "touch -d '2100-01-01 00:00:00.000000001Z' future; mkdir d; touch -d '1955-01-01 00:00:00.25Z' d" },
        { "files of every length near a block",
            "for n in 0 1 511 512 513 1023 1024 1048575 1048576 1048577; do head -c $n /dev/urandom > f$n; done" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Everything_comes_back_as_it_was(string shape, string script)
    {
        Shell($"cd '{_home.Root}' && {script}");
        var before = Picture(_home.Root);
        Assert.True(before.Split('\0').Length > 3, shape);
        var manifest = await RoundTripAsync();
        Assert.Empty(manifest.Skipped);
        Assert.Equal(before, Picture(Into));
        Assert.Equal(Sparse(_home.Root), Sparse(Into));
        var tar = Directory.CreateDirectory(_home.Aside("tar")).FullName;
        Shell($"zstd -dc '{_home.Store}/{manifest.Archive}' | tar xp --exclude=.chatops -C '{tar}' 2>/dev/null");
        Assert.Equal(before, Picture(tar));
    }

    [Fact]
    public async Task Owners_come_back_where_this_process_may_give_files_away()
    {
        Assert.SkipUnless(Shell("id -u").Trim() == "0", "not run as root");
        Shell($"cd '{_home.Root}' && echo a > a && chown 1234:4321 a && mkdir d && chown 3000000:70000 d && ln -s a l && chown -h 7:8 l");
        await RoundTripAsync();
        Assert.Equal("1234:4321 3000000:70000 7:8 ", Shell($"cd '{Into}' && stat -c %u:%g a d l | tr '\\n' ' '"));
    }

    [Fact]
    public async Task A_folder_deeper_than_the_longest_path_is_archived_and_restored()
    {
        // 40 folders of 200 letters: 8,000 bytes, reached step by step only.
        Shell(
            $"cd '{_home.Root}' && n=$(printf 'd%.0s' {{1..200}}) && for i in {{1..40}}; do mkdir $n && cd -P $n; done; echo deep > file");
        await RoundTripAsync();
        Assert.Equal("deep\n", Shell($"cd '{Into}' && n=$(printf 'd%.0s' {{1..200}}) && for i in {{1..40}}; do cd -P $n; done; cat file"));
    }

    [Fact]
    public async Task Sockets_pipes_and_devices_are_skipped_and_listed_and_nothing_is_missed_by_that()
    {
        Shell($"cd '{_home.Root}' && mkfifo pipe && echo kept > kept");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_home.At("socket")));
        List<string> expected = ["pipe", "socket"];
        if (AgeKey.Shell($"mknod '{_home.At("device")}' c 1 3 2>/dev/null").Code == 0)
            expected.Insert(0, "device");
        var manifest = await RoundTripAsync();
        Assert.Equal(expected, manifest.Skipped.Select(skipped => skipped.Path));
        Assert.Equal((true, true), (manifest.IsClean, File.Exists(Path.Combine(Into, "kept"))));
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_listed_as_missed_and_ends_with_exit_code_3()
    {
        _home.Write("secret", "text");
        _home.Write("kept", "text");
        Shell($"chmod 000 '{_home.At("secret")}'; chmod 711 '{_home.Aside(".")}'; chmod 777 '{_home.Store}' '{_home.Scratch}'");
        string[] other = Shell("id -u").Trim() == "0" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
        using var process = Cli.StartUnder(other, _home, "snapshot");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, process.ExitCode);
        var skipped = Assert.Single(Assert.Single(await _home.ListAsync()).Skipped);
        Assert.Equal(("secret", true, "0:0"), (skipped.Path, skipped.Missed, skipped.ReadableBy));
    }

    [Fact]
    public async Task A_hundred_thousand_small_files_need_no_more_memory_than_a_few()
    {
        using var home = new Home(inMemory: true);
        for (var d = 0; d < 100; d++)
        {
            var folder = Directory.CreateDirectory(home.At($"d{d}")).FullName;
            for (var i = 0; i < 1000; i++)
                File.WriteAllBytes(Path.Combine(folder, $"f{i}"), [(byte)i]);
        }
        // In hexadecimal: 24 MiB of managed heap, of which each file may have some 250 bytes.
        var tight = new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = "1800000" };
        foreach (var command in (string[])["snapshot", "verify"])
        {
            var (code, _, error) = await Cli.RunAsync(home, tight, command);
            Assert.True(code == 0, error);
        }
        var manifest = Assert.Single(await home.ListAsync());
        Assert.Equal((100_000, 100_000), (manifest.FileCount, manifest.BytesIn));
    }

    [Fact]
    public async Task What_is_mounted_below_the_home_is_left_out_and_listed_and_its_place_is_kept()
    {
        if (AgeKey.Shell("unshare -rm mount -t tmpfs none /tmp 2>/dev/null").Code != 0)
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "unshare(1) may not mount here");
        Directory.CreateDirectory(_home.At("mounted"));
        Directory.CreateDirectory(_home.At("bound"));
        _home.Write("real/file", "text");
        var script =
            $"cd '{_home.Root}' && mount -t tmpfs none mounted && touch mounted/other && mount --bind real bound && exec \"$0\" \"$@\"";
        using var process = Cli.StartUnder(["unshare", "-rm", "bash", "-c", script], _home, "snapshot");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        var manifest = Assert.Single(await _home.ListAsync());
        Assert.Equal(["bound", "mounted"], manifest.Skipped.Select(skipped => skipped.Path));
        await _home.RestoreAsync(manifest.Name, Into);
        Assert.Equal("./bound ./mounted ./real ./real/file ", Shell($"cd '{Into}' && find . -mindepth 1 | sort | tr '\n' ' '"));
    }

    public void Dispose()
    {
        // Deeper than .NET can delete, and folders that nobody may enter.
        AgeKey.Shell($"chmod -R u+rwx '{_home.Aside(".")}'; rm -rf '{_home.Root}' '{Into}'");
        _home.Dispose();
    }

    private async Task<Manifest> RoundTripAsync()
    {
        var manifest = await _home.SnapshotAsync();
        await _home.VerifyAsync(manifest.Name);
        await _home.RestoreAsync(manifest.Name, Into);
        return manifest;
    }

    private static string Shell(string script)
    {
        var (code, output) = AgeKey.Shell(script);
        Assert.True(code == 0, $"{script}: {output}");
        return output;
    }

    /// <summary>Name, kind, mode, size, time, link count and target, and a hash of every file's contents.</summary>
    private static string Picture(string root) => Shell(
        $"cd '{root}' && find . -type d -printf '%P %y %m %T@\\0' -o -printf '%P %y %m %s %T@ %n %l\\0' | sort -z; "
        + "find . -type f -print0 | sort -z | xargs -0 -r sha256sum -z");

    private static string Sparse(string root) =>
        Shell($"cd '{root}' && find . -type f -size +1M -printf '%P %b\\n' | awk '{{ print $1, ($2 < 2000) }}' | sort");
}
