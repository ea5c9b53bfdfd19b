using System.Security.Cryptography;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>What every store must do; a new store derives from this and says how it is opened and what lies in it.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    internal abstract IArchiveStore Store { get; }

    /// <summary>Every file or object under a final name, whatever the store says of it.</summary>
    internal abstract IReadOnlyList<string> Left();

    /// <summary>Leaves an archive of four bytes and no manifest, as a process that died between the two.</summary>
    internal abstract Task AddOrphanAsync(string name);

    [Fact]
    public async Task It_can_be_written_and_asked_so_twice()
    {
        Assert.Null(await Store.CheckWritableAsync(Token));
        Assert.Null(await Store.CheckWritableAsync(Token));
        Assert.Empty(Left());
    }

    [Fact]
    public async Task A_committed_archive_is_listed_and_read_back_byte_for_byte()
    {
        await Store.PutAsync(Name);
        Assert.Equal([Name], await Store.NamesAsync());
        await using var archive = await Store.OpenArchiveAsync(Name, Token);
        using var reader = new StreamReader(archive);
        Assert.Equal("body", await reader.ReadToEndAsync(Token));
        await using var manifest = await Store.OpenManifestAsync(Name, Token);
        Assert.Equal(Name, (await ManifestFile.ReadAsync(manifest, Token)).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6 << 20)]
    public async Task A_draft_abandoned_at_any_byte_leaves_nothing(int bytes)
    {
        await using (var draft = await Store.BeginAsync(Name, Token))
        {
            draft.Body.Write(new byte[bytes]);
            Assert.Empty(await Store.NamesAsync());
            Assert.Empty(Left());
        }
        Assert.Empty(Left());
        Assert.Equal("NoSuchSnapshot", await Faults.KindAsync(() => Store.OpenArchiveAsync(Name, Token)));
    }

    [Fact]
    public async Task A_manifest_that_fails_to_be_written_leaves_nothing_listed()
    {
        await using (var draft = await Store.BeginAsync(Name, Token))
        {
            draft.Body.Write("body"u8);
            await Assert.ThrowsAsync<IOException>(() => draft.CommitAsync(output =>
            {
                output.Write("{\"name\":"u8);
                throw new IOException("disk full");
            }));
        }
        Assert.Empty(await Store.NamesAsync());
        Assert.DoesNotContain(Left(), name => name.EndsWith(SnapshotName.ManifestSuffix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newest_is_listed_first()
    {
        string[] names = ["ghostwire-20261121T104530Z-aaaaaa", "ghostwire-20261122T104530Z-000000", "ghostwire-20251122T104530Z-ffffff"];
        foreach (var name in names)
            await Store.PutAsync(name);
        Assert.Equal([names[1], names[0], names[2]], await Store.NamesAsync());
    }

    [Fact]
    public async Task Within_a_second_the_manifests_say_which_is_newer()
    {
        string[] names = ["ghostwire-20261121T104530Z-aaaaaa", "ghostwire-20261121T104530Z-bbbbbb", "ghostwire-20261121T104530Z-cccccc"];
        await Store.PutAsync(names[0], 20);
        await Store.PutAsync(names[1], 30);
        await Store.PutAsync(names[2], 10);
        Assert.Equal([names[1], names[0], names[2]], await Store.NamesAsync());
    }

    [Fact]
    public async Task Opening_what_is_not_there_is_a_refusal_in_words()
    {
        Assert.Equal("NoSuchSnapshot", await Faults.KindAsync(() => Store.OpenArchiveAsync(Name, Token)));
        Assert.Equal("NoSuchSnapshot", await Faults.KindAsync(() => Store.OpenManifestAsync(Name, Token)));
    }

    [Theory]
    [InlineData("../ghostwire-20261121T104530Z-abcdef")]
    [InlineData("a/ghostwire-20261121T104530Z-abcdef")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("ghostwire-20261121T104530Z-abcdef\n")]
    [InlineData("ghostwire-20261121T104530Z-abcdef?versionId=1")]
    public async Task A_name_that_is_none_is_refused_everywhere(string name)
    {
        Assert.Equal("BadName", await Faults.KindAsync(() => Store.BeginAsync(name, Token)));
        Assert.Equal("BadName", await Faults.KindAsync(() => Store.OpenArchiveAsync(name, Token)));
        Assert.Equal("BadName", await Faults.KindAsync(() => Store.OpenManifestAsync(name, Token)));
        Assert.Equal("BadName", await Faults.KindAsync(() => Store.RemoveAsync(name, Token)));
    }

    [Fact]
    public async Task Removing_takes_it_away_and_twice_is_harmless()
    {
        await Store.PutAsync(Name);
        await Store.RemoveAsync(Name, Token);
        await Store.RemoveAsync(Name, Token);
        Assert.Empty(await Store.NamesAsync());
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Of_two_writers_of_one_name_the_second_is_refused_and_the_first_stays_whole()
    {
        await using (var first = await Store.BeginAsync(Name, Token))
        await using (var second = await Store.BeginAsync(Name, Token))
        {
            first.Body.Write("body"u8);
            second.Body.Write("another"u8);
            await first.CommitAsync(Samples.Writer(Name));
            Assert.Equal("SnapshotExists", await Faults.KindAsync(() => second.CommitAsync(Samples.Writer(Name))));
        }
        Assert.Equal("body", await Store.ReadAsync(Name));
        Assert.Equal([Name], await Store.NamesAsync());
    }

    [Fact]
    public async Task An_encrypted_archive_is_listed_read_and_removed_by_the_same_name()
    {
        await using (var draft = await Store.BeginAsync(Name, ArchiveForm.Encrypted, Token))
        {
            draft.Body.Write("body"u8);
            await draft.CommitAsync(Samples.Writer(Name));
        }
        Assert.Contains(Left(), name => name.EndsWith($"{Name}.tar.zst.age", StringComparison.Ordinal));
        Assert.Equal([Name], await Store.NamesAsync());
        Assert.Equal("body", await Store.ReadAsync(Name));
        await Store.RemoveAsync(Name, Token);
        Assert.Empty(Left());
    }

    [Fact]
    public async Task A_name_taken_in_one_form_is_taken_in_the_other()
    {
        await Store.PutAsync(Name);
        await using var draft = await Store.BeginAsync(Name, ArchiveForm.Encrypted, Token);
        draft.Body.Write("another"u8);
        Assert.Equal("SnapshotExists", await Faults.KindAsync(() => draft.CommitAsync(Samples.Writer(Name))));
        Assert.Equal("body", await Store.ReadAsync(Name));
    }

    [Fact]
    public async Task Whole_snapshots_and_halves_of_one_are_told_apart_and_a_half_is_removed_like_a_whole()
    {
        const string half = "ghostwire-20261121T104531Z-abcdef";
        await Store.PutAsync(Name);
        await AddOrphanAsync(half);
        var parts = await Store.PartsAsync();
        Assert.Equal([(Name, true, true), (half, true, false)],
            parts.OrderBy(p => p.Name.Time).Select(p => (p.Name.ToString(), p.HasArchive, p.HasManifest)));
        Assert.All(parts, p =>
            Assert.InRange(TimeProvider.System.GetUtcNow() - p.LastWritten, TimeSpan.FromMinutes(-1), TimeSpan.FromHours(1)));
        Assert.Equal([Name], await Store.NamesAsync());
        await Store.RemoveAsync(half, Token);
        Assert.Equal(Name, Assert.Single(await Store.PartsAsync()).Name.ToString());
        Assert.Equal(2, Left().Count);
    }

    [Fact]
    public async Task What_is_being_written_is_no_part_and_survives_a_sweep()
    {
        await using (var draft = await Store.BeginAsync(Name, Token))
        {
            draft.Body.Write(new byte[6 << 20]);
            Assert.Empty(await Store.PartsAsync());
            await Store.SweepAsync(Token);
            await draft.CommitAsync(Samples.Writer(Name));
        }
        await Store.SweepAsync(Token);
        Assert.Equal([Name], await Store.NamesAsync());
    }

    [Fact]
    public async Task A_manifest_that_bears_another_name_is_passed_over()
    {
        const string other = "ghostwire-20261121T104531Z-abcdef";
        await Store.PutAsync(Name);
        await using (var draft = await Store.BeginAsync(other, Token))
        {
            draft.Body.Write("body"u8);
            await draft.CommitAsync(Samples.Writer(Name));
        }
        Assert.Equal([Name], await Store.NamesAsync());
        Assert.Equal(2, (await Store.PartsAsync()).Count(p => p is { HasArchive: true, HasManifest: true }));
    }

    [Fact]
    public async Task Cancelling_before_the_commit_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        await using (var draft = await Store.BeginAsync(Name, stop.Token))
        {
            draft.Body.Write(new byte[11 << 20]);
            await stop.CancelAsync();
        }
        Assert.Empty(Left());
    }

    [Fact]
    public async Task A_commit_that_has_begun_is_not_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await using (var draft = await Store.BeginAsync(Name, stop.Token))
        {
            draft.Body.Write("body"u8);
            await draft.CommitAsync(output =>
            {
                stop.Cancel();
                Samples.Writer(Name)(output);
            });
        }
        Assert.Equal([Name], await Store.NamesAsync());
    }

    [Fact]
    public async Task An_archive_of_several_parts_comes_back_as_it_went()
    {
        var bytes = Samples.Noise(23 << 20);
        await Store.PutAsync(Name, bytes);
        await using var archive = await Store.OpenArchiveAsync(Name, Token);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), Convert.ToHexString(await SHA256.HashDataAsync(archive, Token)));
    }

    public virtual ValueTask InitializeAsync() => default;

    public virtual ValueTask DisposeAsync() => default;
}
