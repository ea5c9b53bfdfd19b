using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Testing.Sqlite;

namespace ChatOps.Sidecar.Tests.Posix;

/// <summary>What the framework cannot do with names that are not UTF-8 and paths longer than PATH_MAX.</summary>
public sealed class PosixFileTests : IDisposable
{
    private readonly Home _home = new();

    [Fact]
    public void A_tree_goes_whole_however_deep_and_named_and_nothing_a_link_leads_to_goes_with_it()
    {
        _home.Write("outside/kept", "text");
        Shell($"mkdir '{_home.At("tree")}' && cd '{_home.At("tree")}' && ln -s ../outside link && mkdir $'d\\xff' closed"
            + " && touch $'d\\xff/\\xfe' closed/file"
            + " && chmod 500 closed && n=$(printf 'd%.0s' {1..200}) && for i in {1..40}; do mkdir $n && cd -P $n; done");
        PosixFile.RemoveTree(null, _home.At("tree"));
        PosixFile.RemoveTree(null, _home.At("tree"));
        Assert.Null(FileState.Find(_home.At("tree")));
        Assert.Equal("text", File.ReadAllText(_home.At("outside/kept")));
    }

    [Fact]
    public void Contents_of_a_volume_change_places_whatever_their_names_are()
    {
        var place = new ChildrenPlacement(_home.Root, null);
        place.MakePartial();
        Shell($"echo old > '{_home.Root}'/$'caf\\xe9' && echo new > '{place.Partial}'/$'caf\\xe9'");
        var before = place.Place("ghostwire-20260101T000000Z-abcdef", DateTimeOffset.UnixEpoch).Before;
        Assert.Equal("new\nold\n", Shell($"cat '{_home.Root}'/$'caf\\xe9' '{before}'/$'caf\\xe9'"));
    }

    [Fact]
    public async Task A_database_in_a_folder_whose_name_is_not_UTF_8_is_one_all_the_same()
    {
        using (var database = PlainSqlite.Open(_home.At("a.db")))
            database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        Shell($"cd '{_home.Root}' && mkdir $'d\\xff' && mv a.db $'d\\xff'");
        var manifest = await _home.SnapshotAsync();
        Assert.Equal(("d\uf7ff/a.db", "ok"), (manifest.Databases.Single().Path, manifest.Databases.Single().Integrity));
        await _home.RestoreAsync(manifest.Name, _home.Aside("into"));
        Assert.Equal("", Shell($"cmp '{_home.Root}'/$'d\\xff/a.db' '{_home.Aside("into")}'/$'d\\xff/a.db'"));
    }

    public void Dispose()
    {
        AgeKey.Shell($"rm -rf '{_home.Root}' '{_home.Aside("into")}'");
        _home.Dispose();
    }

    private static string Shell(string script)
    {
        var (code, output) = AgeKey.Shell(script);
        Assert.True(code == 0, $"{script}: {output}");
        return output;
    }
}
