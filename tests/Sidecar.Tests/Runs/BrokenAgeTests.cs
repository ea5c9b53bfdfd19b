using System.Diagnostics;
using System.Globalization;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>An age that is missing, lies, hangs or dies: each is told, nothing of the archive stays and no child does.</summary>
public sealed class BrokenAgeTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly Home _home = new();
    private readonly AgeKey _key;

    public BrokenAgeTests()
    {
        _key = AgeKey.Make(_home);
        File.WriteAllBytes(_home.At("noise"), Samples.Noise(3 << 20));
    }

    [Theory]
    [InlineData("exit 1", "AgeRefused")]
    [InlineData("exit 0", "AgeDied")]
    [InlineData("cat", "AgeOutput")]
    [InlineData("head -c 100000 | age \"$@\"", "AgeDied", "AgeOutput")]
    [InlineData("age \"$@\"; exit 3", "AgeRefused")]
    [InlineData("age \"$@\"; echo more", "AgeOutput")]
    [InlineData("kill -9 $$", "AgeDied")]
    [InlineData("age \"$@\" | head -c 500000; kill -9 $$", "AgeDied")]
    [InlineData("exec sleep 1000", "AgeHung")]
    [InlineData("sleep 1000", "AgeHung")]
    [InlineData("head -c 10; sleep 1000", "AgeHung", "AgeOutput")]
    [InlineData("age \"$@\"; sleep 1000", "AgeHung")]
    [InlineData("exec yes no >&2", "AgeHung")]
    [InlineData("exec >&-; sleep 1000", "AgeHung")]
    public async Task A_broken_age_is_told_and_leaves_nothing(string script, params string[] kinds)
    {
        var failure = await Assert.ThrowsAsync<FaultException>(() => SnapshotAsync(_home.Archives, Program(script)));
        Assert.Contains(failure.Fault.Kind, kinds);
        Assert.StartsWith("encrypting the archive: ", failure.Fault.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Fault.Message.Length, 1, 500);
        Assert.NotNull(failure.Fault.Hint);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Nothing_is_read_of_the_home_when_age_is_missing()
    {
        var missing = AgeProgram.Installed with { Path = _home.Aside("no-age") };
        var run = new SnapshotRun(_key.For(_home) with { Age = missing }, _home.Archives, TimeProvider.System).RunAsync(Token);
        var failure = await Assert.ThrowsAsync<FaultException>(() => run);
        Assert.Equal(("AgeMissing", "Install it: apt-get install age"), (failure.Fault.Kind, failure.Fault.Hint));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Store));
    }

    [Fact]
    public async Task The_real_age_killed_in_the_middle_leaves_nothing()
    {
        File.WriteAllBytes(_home.At("noise"), Samples.Noise(40 << 20));
        var store = new NoticingStore(_home.Archives, () => Kill(ChildId()));
        var failure = await Assert.ThrowsAsync<FaultException>(() => SnapshotAsync(store, Program("exec age \"$@\"")));
        Assert.Contains("ended by signal 9", failure.Fault.Message, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_store_that_fails_is_the_cause_and_not_age()
    {
        var failure = await Assert.ThrowsAsync<IOException>(() =>
            SnapshotAsync(new FaultyStore(_home.Archives, 1 << 20), Program("exec age \"$@\"")));
        Assert.Equal("the line is dead", failure.Message);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Cancelling_while_age_hangs_ends_at_once_and_leaves_no_child()
    {
        using var stop = new CancellationTokenSource();
        var hanging = Program("head -c 100000 >/dev/null; sleep 1000") with { Patience = TimeSpan.FromMinutes(10) };
        var run = Task.Run(() => SnapshotAsync(_home.Archives, hanging, stop.Token), Token);
        while (!File.Exists(_home.Aside("pid")))
            await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_slow_store_is_not_held_against_age()
    {
        using var never = new ManualResetEvent(false);
        var slow = new NoticingStore(_home.Archives, () => never.WaitOne(TimeSpan.FromSeconds(2)));
        await SnapshotAsync(slow, Program("exec age \"$@\""));
        Assert.Single(await _home.ListAsync());
    }

    [Theory]
    [InlineData("exec sleep 1000", "AgeHung")]
    [InlineData("kill -9 $$", "AgeDied")]
    [InlineData("exit 1", "WrongIdentity")]
    [InlineData("exec yes no >&2", "AgeHung")]
    [InlineData("age \"$@\" | head -c 5000; exit 0", "ArchiveDamaged")]
    public async Task A_broken_age_never_lets_an_archive_pass(string script, string kind)
    {
        var name = (await _home.SnapshotAsync(_key.For(_home))).Name;
        var identity = _key.Identity with { Program = Program(script) };
        Assert.Equal(kind, await Faults.KindAsync(() => new VerifyRun(_home.Archives, null, identity).RunAsync(name, Token)));
        var restore = new RestoreRun(_home.Archives, TimeProvider.System, null, identity);
        Assert.Equal(kind, await Faults.KindAsync(() => restore.RunAsync(name, null, _home.Aside("into"), false, Token)));
        Assert.False(Directory.Exists(_home.Aside("into")));
    }

    public void Dispose() => _home.Dispose();

    /// <summary>A script in the place of age, but not yet while recipients are tried: those have nothing to encrypt.</summary>
    private AgeProgram Program(string script)
    {
        var (path, text, pid) = (_home.Aside("age"), _home.Aside("age.text"), _home.Aside("pid"));
        File.WriteAllText(text, $"""
            #!/bin/bash
            if [[ $1 == --recipient && ! -e '{path}.tried' ]]; then touch '{path}.tried'; exec age "$@"; fi
            echo $$ > '{pid}.new' && mv '{pid}.new' '{pid}'
            {script}
            """);
        // Copied by another process: one that is forked off us meanwhile would hold the script open, and it could not be started.
        Assert.Equal(0, AgeKey.Shell($"cp '{text}' '{path}' && chmod +x '{path}'").Code);
        return AgeProgram.Installed with { Path = path, Patience = TimeSpan.FromSeconds(1) };
    }

    private int ChildId() => int.Parse(File.ReadAllText(_home.Aside("pid")), CultureInfo.InvariantCulture);

    private async Task SnapshotAsync(IArchiveStore store, AgeProgram program, CancellationToken? cancellation = null) =>
        await new SnapshotRun(_key.For(_home) with { Age = program }, store, TimeProvider.System).RunAsync(cancellation ?? Token);

    private void AssertNothingLeft()
    {
        Assert.Empty(Directory.GetFileSystemEntries(_home.Store));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Scratch));
        Assert.False(Directory.Exists($"/proc/{ChildId()}"));
    }

    private static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    /// <summary>Lets somebody act at the first byte that arrives.</summary>
    private sealed class NoticingStore(IArchiveStore below, Action act) : PassingStore(below)
    {
        protected override ArchiveDraft Wrap(ArchiveDraft draft) => new PassingDraft(draft, new Writer(draft.Body, act));

        private sealed class Writer(Stream below, Action act) : Sidecar.Archives.WriteOnlyStream
        {
            private bool _seen;

            public override void Write(ReadOnlySpan<byte> buffer)
            {
                if (!_seen)
                    act();
                _seen = true;
                below.Write(buffer);
            }
        }
    }
}
