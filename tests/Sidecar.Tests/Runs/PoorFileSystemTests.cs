using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Tests.Archives.Age;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// File systems that lack one nicety, as CIFS, FAT, FUSE and NFS do: strace lets every such call of the real program be refused. The data
/// is there all the same, rights are never wider than they were, and what could not be set is told.
/// </summary>
public sealed class PoorFileSystemTests : IDisposable
{
    private readonly Home _home = new();

    private string Into => _home.Aside("into");

    public static TheoryData<string, string, string?> Refusals => new()
    {
        { "fchmodat", "EPERM", "4 modes could not be set, first of " },
        { "utimensat", "ENOSYS", "5 times could not be set, first of " },
        { "fchownat", "EINVAL", "5 owners could not be set, first of " },
        { "fsetxattr", "EOPNOTSUPP", "1 attribute could not be set, first of a" },
        { "symlinkat", "EPERM", "1 symbolic link could not be set, first of link" },
        { "linkat", "EMLINK", null },
        { "fsync", "EINVAL", null },
        { "syncfs", "ENOSYS", null },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_restore_brings_the_data_and_tells_what_could_not_be_set(string call, string error, string? told)
    {
        Strace.Needs();
        _home.Write("a", "text");
        _home.Write("d/b", "more");
        Assert.Equal(0, AgeKey.Shell($"cd '{_home.Root}' && ln a z && ln -s a link && chmod 640 a d/b").Code);
        using (var file = File.OpenHandle(_home.At("a")))
            Assert.SkipUnless(ExtendedAttributes.TrySet(file, "user.note", "n"u8), "this file system keeps no extended attributes");
        await _home.SnapshotAsync();
        var (code, output, failure) = await RunAsync(call, error, "restore", "latest", "--into", Into);
        Assert.True(code == 0, failure);
        Assert.Equal(["text", "more", "text"], new[] { "a", "d/b", "z" }.Select(name => File.ReadAllText(Path.Combine(Into, name))));
        Assert.Equal(told is not null, output.Contains("could not be set", StringComparison.Ordinal));
        Assert.Contains(told ?? "", output, StringComparison.Ordinal);
        Assert.Equal(0u, FileState.Find(Path.Combine(Into, "a"))!.Value.Mode & ~0x1A0u);
    }

    [Theory]
    [InlineData("fsync", "EINVAL")]
    [InlineData("fsync", "EBADF")]
    [InlineData("fsync", "EOPNOTSUPP")]
    public async Task A_store_whose_folder_cannot_be_synced_keeps_snapshots(string call, string error)
    {
        Strace.Needs();
        _home.Write("a", "text");
        var (code, _, failure) = await RunAsync(call, error, "snapshot");
        Assert.True(code == 0, failure);
        await _home.VerifyAsync(Assert.Single(await _home.ListAsync()).Name);
    }

    [Fact]
    public async Task A_mode_that_named_users_shared_is_narrowed_where_they_cannot_be_named()
    {
        Strace.Needs();
        var path = _home.Write("a", "text");
        using (var file = File.OpenHandle(path))
            Assert.SkipUnless(ExtendedAttributes.TrySet(file, AccessList.Name, FileStatesTests.RightsOfUser33), "no access lists here");
        Assert.Equal(0x1B0u, FileState.Find(path)!.Value.Mode);
        await _home.SnapshotAsync();
        var (code, output, _) = await RunAsync("fsetxattr", "EOPNOTSUPP", "restore", "latest", "--into", Into);
        Assert.Equal(0, code);
        Assert.Contains("1 attribute could not be set", output, StringComparison.Ordinal);
        Assert.Equal(0x180u, FileState.Find(Path.Combine(Into, "a"))!.Value.Mode);
    }

    [Fact]
    public async Task Who_cannot_give_a_program_away_does_not_lend_it_his_own_rights()
    {
        Strace.Needs();
        _home.Write("a", "text");
        Assert.Equal(0, AgeKey.Shell($"chmod 6755 '{_home.At("a")}'").Code);
        await _home.SnapshotAsync();
        await RunAsync("fchownat", "EPERM", "restore", "latest", "--into", Into);
        Assert.Equal(0x1EDu, FileState.Find(Path.Combine(Into, "a"))!.Value.Mode);
    }

    public void Dispose() => _home.Dispose();

    /// <summary>Only folders are refused to be synced: a file that cannot be is not kept.</summary>
    private Task<(int Code, string Output, string Error)> RunAsync(string call, string error, params string[] arguments)
    {
        string[] where = call == "fsync" ? ["-P", _home.Store, "-P", _home.Aside(".")[..^2], "-P", Into] : [];
        string[] strace =
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}", .. where];
        return Cli.RunUnderAsync(strace, _home, arguments);
    }
}
