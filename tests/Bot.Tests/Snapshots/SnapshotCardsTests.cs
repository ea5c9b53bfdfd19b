using ChatOps.Bot.Chat;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class SnapshotCardsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 41, 3, TimeSpan.Zero);

    [Fact]
    public void At_work_it_shows_how_far_how_fast_and_how_long_still() => Assert.Equal("""
        ⏳ Snapshot of ghostwire
        ▓▓▓▓▓▓▓▓░░░░░░  57 %
        reading attachments · 512 MB of 894 MB · 340 MB/s · 1.1 s left
        asked by ann · ghostwire-1
        """, Render(new SnapshotStatus().Start("me", Start).Report(new SnapshotProgress
    {
        Step = "reading attachments",
        BytesDone = 512_000_000,
        BytesTotal = 894_000_000,
        BytesPerSecond = 340_000_000,
    })));

    [Fact]
    public void Done_it_says_what_was_checked_and_nothing_else() => Assert.Equal("""
        ✅ Snapshot of ghostwire
        1 database, 2,017 files, 894 MB → 871 MB
        2.6 s · pinned 90 ms · ghostwire never waited
        checked: hashes, WAL, page MACs
        ghostwire-20261121T104103Z-7f3a
        asked by ann · ghostwire-1
        """, Render(Done("wal", [])));

    [Fact]
    public void That_nobody_waited_is_not_said_of_a_rollback_journal() =>
        Assert.DoesNotContain("never waited", Render(Done("rollback", [])), StringComparison.Ordinal);

    [Theory]
    [InlineData(20, false)]
    [InlineData(480, true)]
    public void One_of_a_schedule_says_for_when_it_was_and_how_late_it_came(int seconds, bool told)
    {
        var snapshot = new Snapshot
        {
            Metadata = new ObjectMeta
            {
                Name = "ghostwire-202611211041",
                CreationTimestamp = Start.AddSeconds(seconds),
                Annotations = new Dictionary<string, string> { [ChatOpsKinds.ScheduledAtAnnotation] = "2026-11-21T10:41:03Z" },
            },
            Spec = new SnapshotSpec { Target = "ghostwire", RequestedBy = "schedule:nightly" },
            Status = Done("wal", []),
        };
        var card = PlainText.Render(SnapshotCards.Of(snapshot));
        Assert.EndsWith("schedule nightly · due 10:41 UTC · ghostwire-202611211041", card, StringComparison.Ordinal);
        Assert.Equal(told, card.Contains("⚠ begun 8 min late", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "removed 1 older snapshot\n")]
    [InlineData(1200, "removed 1,200 older snapshots\n")]
    public void What_was_removed_after_it_is_one_line(int count, string line) => Assert.Contains(
        line, Render(Done("wal", []) with { Pruned = [.. Enumerable.Range(0, count).Select(n => $"a{n}")] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("home", "aaaa", true, true)]
    [InlineData("home", "bbbb", true, false)]
    [InlineData("home", "aaaa", false, false)]
    [InlineData("other", "aaaa", true, false)]
    public void That_the_database_was_replaced_is_said_first_and_loudly(string target, string before, bool encrypted, bool told)
    {
        Snapshot Shows(string target, string mark, int hours) => new()
        {
            Metadata = new ObjectMeta { Name = $"s{hours}" },
            Spec = new SnapshotSpec { Target = target },
            Status = Done("wal", []) with
            {
                CutTime = Start.AddHours(hours),
                Archive = new SnapshotArchive { Name = $"a{hours}" },
                Databases = [new SnapshotDatabase { Path = "db", Encrypted = encrypted, Fingerprint = mark }],
            },
        };
        var now = Shows("home", "bbbb", 2);
        var card = SnapshotCards.Of(now, [now, Shows(target, before, 1), Shows("home", "cccc", 3)]);
        Assert.Equal(told ? CardState.Warning : CardState.Succeeded, card.State);
        Assert.Equal(told, card.Lines[0] == "⚠ The database was replaced since the last snapshot: "
            + "the application was reset or set up anew. "
            + "Older snapshots are kept until somebody says /schedule accept home bbbb");
    }

    [Fact]
    public void What_an_encrypted_archive_was_checked_for_is_said_in_words() => Assert.Contains(
        "checked: hashes, encrypted\n",
        Render(Done("wal", []) with { Checks = ["archive-sha256", "age-header"] }),
        StringComparison.Ordinal);

    [Fact]
    public void A_failed_check_is_no_success() => Assert.StartsWith(
        "❌ Snapshot of ghostwire: made, but a check failed",
        Render(Done("wal", ["db.sqlite: row out of order"])),
        StringComparison.Ordinal);

    [Fact]
    public void One_that_missed_something_is_amber_and_names_it()
    {
        var result = Result("wal", []) with { Missed = "3 of the home could not be read: a (Permission denied), b (…), c (…)" };
        var card = Render(new SnapshotStatus().Start("me", Start).Succeed(result, Start.AddSeconds(2.6)));
        Assert.StartsWith("⚠ Snapshot of ghostwire: made, but incomplete", card, StringComparison.Ordinal);
        Assert.Contains("✘ 3 of the home could not be read: a (Permission denied)", card, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 60, false)]
    [InlineData(3, 40, true)]
    [InlineData(2, 40, false)]
    public void That_data_is_gone_is_said_first_loudly_and_once(int hour, int files, bool told)
    {
        Snapshot Shows(int hours, int files) => new()
        {
            Metadata = new ObjectMeta { Name = $"s{hours}" },
            Spec = new SnapshotSpec { Target = "home" },
            Status = Done("wal", []) with
            {
                CutTime = Start.AddHours(hours),
                Archive = new SnapshotArchive { Name = $"a{hours}" },
                Files = files,
            },
        };
        var now = Shows(3, files);
        var card = SnapshotCards.Of(now, [Shows(1, 100), Shows(hour == 3 ? 0 : 2, hour == 3 ? 100 : 40), now]);
        Assert.Equal(told ? CardState.Warning : CardState.Succeeded, card.State);
        Assert.Equal(told, card.Lines[0] == "⚠ 60 of 100 files are gone since the last snapshot. "
            + "Older snapshots are kept until somebody says /schedule accept home a3");
    }

    [Fact]
    public void A_failure_says_why_and_what_to_do() => Assert.Equal("""
        ❌ Snapshot of ghostwire: failed
        the store is full
        Free some room
        asked by ann · ghostwire-1
        [Try again]
        """, Render(new SnapshotStatus().Start("me", Start).Fail(
            new ResourceFault("StoreFull", "the store is full", "Free some room"), Start)));

    private static SnapshotStatus Done(string journal, IReadOnlyList<string> failed) =>
        new SnapshotStatus().Start("me", Start).Succeed(Result(journal, failed), Start.AddSeconds(2.6));

    private static SnapshotResult Result(string journal, IReadOnlyList<string> failed) => new(
        Start, new SnapshotArchive { Name = "ghostwire-20261121T104103Z-7f3a", Bytes = 871_000_000 },
        [new SnapshotDatabase { JournalMode = journal }],
        2017, 894_000_000, 90, ["file-sha256", "archive-sha256", "wal-checksums", "page-hmac"], failed, []);

    private static string Render(SnapshotStatus status) => PlainText.Render(SnapshotCards.Of(new Snapshot
    {
        Metadata = new Kubernetes.ObjectMeta { Name = "ghostwire-1" },
        Spec = new SnapshotSpec { Target = "ghostwire", RequestedBy = "web:ann" },
        Status = status,
    }));
}
