using ChatOps.Retention;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Tests.Archives.Age;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// A home that lost its data (a claim made anew, a wrong mount, a program that began from nothing) while snapshots go on.
/// </summary>
public sealed class EmptiedHomeTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly Home _home = new();
    private int _day = 17;

    /// <summary>What is in the home, what happens to it, and what is said to be gone.</summary>
    public static TheoryData<string, string, string> Losses => new()
    {
        { "mkdir -p .config/Signal/sql; head -c 40960 /dev/urandom > .config/Signal/sql/db.sqlite", "rm -r .config",
            ".config/Signal/sql/db.sqlite is gone" },
        { "mkdir -p .config/Signal/sql; head -c 40960 /dev/urandom > .config/Signal/sql/db.sqlite; head -c 9M /dev/zero > f",
            "rm .config/Signal/sql/db.sqlite", ".config/Signal/sql/db.sqlite is gone" },
        { "sqlite3 a.db 'CREATE TABLE t(x)'; sqlite3 b.db 'CREATE TABLE t(x)'", "rm a.db b.db", "all of 2 databases are gone" },
        { "touch {1..100}", "rm {1..60}", "60 of 100 files are gone" },
        { "head -c 3000000 /dev/zero > large; touch small", "rm large", "3.0 MB of 3.0 MB are gone" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task What_is_gone_is_said_loudly_and_nothing_older_is_removed_until_somebody_accepts(string make, string lose, string told)
    {
        Shell(make);
        var whole = await TakeAsync(3);
        Shell(lose);
        var lost = await TakeAsync(4);
        Assert.Equal(told, lost[0].Lost);
        Assert.Equal(ExitCodeOf(lost[0]), ExitCodeOf(lost[0] with { Lost = null }) + 3);
        Assert.Contains(ManifestResult.Of(lost[0], []).Warnings, warning => warning.StartsWith(told, StringComparison.Ordinal));
        var plan = await PruneAsync(new() { KeepLast = 1, KeepDaily = 2 });
        Assert.Equal((told, lost[0].Name), (plan.Loss!.What, plan.Loss.At.Name));
        Assert.Subset((await NamesAsync()).ToHashSet(), whole.Select(m => m.Name).ToHashSet());

        var (_, output, _) = await Cli.RunAsync(_home, "prune", "--keep-last", "1", "--dry-run");
        Assert.Contains($"{told} since {lost[0].Name}. 3 snapshots older than that will be kept", output, StringComparison.Ordinal);
        await PruneAsync(new() { KeepLast = 1, AcceptedSnapshot = lost[0].Name });
        Assert.Equal([lost[^1].Name], await NamesAsync());
    }

    [Fact]
    public async Task A_loss_is_over_when_the_data_is_back()
    {
        Shell("touch {1..100}");
        await TakeAsync(1);
        Shell("mkdir ../away; mv * ../away/");
        await TakeAsync(2);
        Shell("mv ../away/* .");
        await TakeAsync(1);
        Assert.Null((await PruneAsync(new() { KeepLast = 1 })).Loss);
        Assert.Single(await NamesAsync());
    }

    [Fact]
    public async Task What_was_accepted_stays_so_when_the_snapshot_that_named_it_is_gone()
    {
        Shell("touch {1..100}");
        await TakeAsync(1);
        Shell("rm {1..90}");
        var small = await TakeAsync(3);
        await _home.Archives.RemoveAsync(small[0].Name, Token);
        Assert.NotNull((await PruneAsync(new() { KeepLast = 9, AcceptedSnapshot = "ghostwire-20260101T000000Z-abcdef" })).Loss);
        Assert.Null((await PruneAsync(new() { KeepLast = 9, AcceptedSnapshot = small[0].Name })).Loss);
    }

    [Fact]
    public async Task What_was_missed_is_not_gone_and_never_the_only_one_that_stays()
    {
        _home.Write("a", "one");
        var whole = await TakeAsync(1);
        var missed = (await TakeAsync(1))[0];
        await RewriteAsync(missed, m => m with { Skipped = [new("a", "Permission denied", Missed: true)], FileCount = 0 });
        var plan = await PruneAsync(new() { KeepLast = 1 });
        Assert.Null(plan.Loss);
        Assert.Equal([missed.Name, whole[0].Name], await NamesAsync());
        var result = ManifestResult.Of((await _home.ListAsync())[0], []);
        Assert.Equal("1 of the home could not be read: a (Permission denied)", result.Missed);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("inspect", "latest")]
    [InlineData("verify", "latest")]
    [InlineData("verify", "ghostwire-20261121T030000Z-abcdef")]
    [InlineData("prune", "--keep-last", "1")]
    [InlineData("restore", "latest", "--if-empty")]
    public async Task A_store_that_is_not_there_is_an_error_and_not_an_empty_one(params string[] line)
    {
        string[] into = line[0] == "restore" ? ["--into", _home.Aside("into")] : [];
        var nowhere = _home.Aside("nowhere");
        var (code, output, error) = await Cli.RunAsync(_home, [.. line, .. into, "--store", nowhere]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains($"the store {nowhere} is not there", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(nowhere) || Directory.Exists(_home.Aside("into")));
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("verify")]
    [InlineData("inspect")]
    public async Task The_latest_of_several_targets_is_asked_for_by_name(string command)
    {
        _home.Write("whose", "alice");
        await _home.SnapshotAsync(_home.Request with { Target = "alice" });
        _home.Write("whose", "bob");
        await _home.SnapshotAsync(_home.Request with { Target = "bob" });
        string[] into = command == "restore" ? ["--into", _home.Aside("into")] : [];
        var unsaid = new Dictionary<string, string?> { ["SIDECAR_TARGET"] = null };
        var (code, _, error) = await Cli.RunAsync(_home, unsaid, [command, "latest", .. into]);
        Assert.Equal(4, code);
        Assert.Contains("holds snapshots of alice and bob, and the newest may be of any", error, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(_home, unsaid, [command, "latest", .. into, "--target", "alice"])).Code);
        Assert.Equal(command == "restore", Directory.Exists(_home.Aside("into")));
        if (command == "restore")
            Assert.Equal("alice", File.ReadAllText(Path.Combine(_home.Aside("into"), "whose")));
    }

    [Fact]
    public async Task One_that_claims_to_be_of_tomorrow_is_not_the_latest_and_moves_no_rule()
    {
        _home.Write("a", "today");
        var today = (await TakeAsync(2))[1];
        await new SnapshotRun(_home.Request, _home.Archives, new Moment(new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero))).RunAsync(Token);
        Assert.Equal(today.Name, (await SnapshotChoice.FindAsync(_home.Archives, "ghostwire", "latest", Now, Token)).Value.Name);
        var plan = await PruneAsync(new() { KeepLast = 1, KeepWithin = "12h" });
        Assert.Equal([RetentionPlan.Misdated], plan.Verdicts[0].Reasons);
        Assert.Equal(2, (await NamesAsync()).Count);
        Assert.Contains(today.Name, await NamesAsync());
    }

    public void Dispose() => _home.Dispose();

    private DateTimeOffset Now => new(2026, 11, _day, 3, 0, 0, TimeSpan.Zero);

    /// <summary>One a day.</summary>
    private async Task<List<Manifest>> TakeAsync(int count)
    {
        List<Manifest> taken = [];
        for (; count > 0; count--)
        {
            _day++;
            taken.Add(await new SnapshotRun(_home.Request, _home.Archives, new Moment(Now)).RunAsync(Token));
        }
        return taken;
    }

    private async Task<RetentionPlan> PruneAsync(RetentionRules rules)
    {
        var run = new PruneRun(_home.Archives, new Moment(Now));
        var plan = await run.PlanAsync(new("ghostwire", rules, new Dictionary<string, string>()), Token);
        await run.RemoveAsync(plan, Token);
        return plan.Retention;
    }

    private async Task<List<string>> NamesAsync() => [.. (await _home.ListAsync()).Select(m => m.Name)];

    private async Task RewriteAsync(Manifest manifest, Func<Manifest, Manifest> change)
    {
        var path = Path.Combine(_home.Store, manifest.Name + ".json");
        await using var file = File.Create(path);
        ManifestFile.Write(file, change(manifest), new MemoryStream());
    }

    private static int ExitCodeOf(Manifest manifest) => Sidecar.Commands.ExitCode.Of(manifest);

    private void Shell(string script) => Assert.Equal(0, AgeKey.Shell($"cd '{_home.Root}' && {script}").Code);

    /// <summary>A clock that stands.</summary>
    private sealed class Moment(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
