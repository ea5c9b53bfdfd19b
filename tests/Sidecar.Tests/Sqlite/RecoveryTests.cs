using System.Text;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Testing;
using ChatOps.Testing.Sqlite;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ChatOps.Sidecar.Tests.Sqlite;

/// <summary>
/// SQLite is the judge: whatever was done to a database and then to its WAL, the image is what SQLite's own recovery and checkpoint make
/// of the same bytes, and shows the same rows.
/// </summary>
public sealed class RecoveryTests : IDisposable
{
    private const int Photographs = 6, Damages = 16;
    private static readonly int Histories = Proof.Size(24, 120), Wanted = Proof.Size(1_500, 10_000);

    // Memory where there is some: thousands of recoveries sync a good deal.
    private readonly string _root = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"sidecar-test-{Guid.NewGuid():N}")).FullName;

    private int _cases, _merged;

    [Fact]
    [Trait("prove", "wednesday")]
    public void Damaged_WALs_of_random_histories_give_what_SQLite_recovers_from_them()
    {
        var everyHistory = Prop.ForAll(History.Any, Holds);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Histories).WithReplay((ulong)Seeds.New(), Seeds.Gamma), everyHistory);
        Assert.True(_cases >= Wanted, $"only {_cases} cases were tried");
        // A judge that recovers nothing would agree with an image that shows nothing.
        Assert.InRange(_merged, Wanted / 3, _cases);
        TestContext.Current.SendDiagnosticMessage($"{_cases} cases, {_merged} with frames to merge");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Holds(History history)
    {
        var random = new Random(history.Seed);
        var folder = Directory.CreateDirectory(Path.Combine(_root, "history")).FullName;
        var photographs = history.Play(Path.Combine(folder, "a.db"));
        Directory.Delete(folder, recursive: true);
        var taken = photographs.ToArray();
        random.Shuffle(taken);
        foreach (var photograph in taken.Take(Photographs))
        {
            Compare(photograph.Main, photograph.Wal, "as it was");
            Compare(photograph.Main, WalDamage.ToBigEndian(photograph.Wal), "big-endian");
            for (var i = 0; i < Damages; i++)
            {
                var wal = i % 3 == 2 ? WalDamage.ToBigEndian(photograph.Wal) : photograph.Wal;
                var damage = WalDamage.Kinds[random.Next(WalDamage.Kinds.Count)];
                Compare(photograph.Main, damage(wal, random), damage.Method.Name);
            }
        }
    }

    private void Compare(byte[] main, byte[] wal, string what)
    {
        _cases++;
        var path = Path.Combine(_root, "case.db");
        File.WriteAllBytes(path, main);
        File.WriteAllBytes(path + "-wal", wal);
        var ours = Image(path);
        var (theirs, rows) = Recovered(path);
        Assert.True(ours.AsSpan().SequenceEqual(theirs), $"{what}: {Difference(ours, theirs)}");
        File.WriteAllBytes(path, ours);
        using (var image = PlainSqlite.Open($"file:{path}?immutable=1"))
            Assert.Equal(rows, Dump(image));
    }

    private byte[] Image(string path)
    {
        using var main = File.OpenHandle(path);
        using var wal = File.OpenHandle(path + "-wal");
        var walk = WalFile.Walk(wal);
        var image = new DatabaseImage(main, RandomAccess.GetLength(main), wal, walk);
        _merged += image.WalFrames > 0 ? 1 : 0;
        var bytes = new byte[image.Length];
        Assert.Equal(bytes.Length, image.Read(bytes, 0));
        return bytes;
    }

    private static (byte[] Main, string Rows) Recovered(string path)
    {
        string rows;
        using (var judge = PlainSqlite.Open(path))
        {
            // Before the checkpoint, so through the index that its recovery built.
            rows = Dump(judge);
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_wal_checkpoint_v2(judge.Handle!, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _));
        }
        return (File.ReadAllBytes(path), rows);
    }

    /// <summary>Every row of every table; where a damaged file cannot be read further, SQLite's reason stands in its place.</summary>
    private static string Dump(SqliteConnection connection)
    {
        var text = new StringBuilder();
        foreach (var table in (string[])["sqlite_schema", "t0", "t1", "t2"])
        {
            try
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"SELECT rowid, * FROM {table}";
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    for (var i = 0; i < reader.FieldCount; i++)
                        text.Append(reader.GetValue(i) is byte[] blob ? Convert.ToHexString(blob) : reader.GetValue(i)).Append('|');
                    text.AppendLine();
                }
            }
            catch (SqliteException failure)
            {
                text.AppendLine(failure.Message);
            }
        }
        return text.ToString();
    }

    private static string Difference(byte[] ours, byte[] theirs) =>
        $"{ours.Length} bytes and {theirs.Length}, first difference at {ours.AsSpan().CommonPrefixLength(theirs)}";
}
