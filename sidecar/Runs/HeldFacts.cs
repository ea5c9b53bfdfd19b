using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Sqlite;

namespace ChatOps.Sidecar.Runs;

/// <summary>What is known of a database by holding it, before anything of it is checked.</summary>
internal static class HeldFacts
{
    public static DatabaseFacts Of(HeldDatabase database, DatabaseImage image)
    {
        var size = image.PageSize;
        // What is committed counts: a new database may be in its WAL alone.
        var head = image.Head();
        return new(
            database.File.RelativePath, database.JournalMode, database.IsLive, head.Length == 16 && !DatabaseMagic.IsDatabase(head), size,
            size is { } page ? image.Length / page : null, image.WalFrames, 0, Convert.ToHexStringLower(head), null, "not checked yet",
            image.WalFrames > 0 ? [DatabaseVerdict.WalChecksums] : [], Unheld: database.IsUnheld);
    }

    /// <summary>With how long and at which cost it was held, once it is copied.</summary>
    public static DatabaseFacts Released(DatabaseFacts facts, DatabaseImage image, DatabaseSet set, int index) => facts with
    {
        PassedOver = image.PassedOver,
        PinnedMilliseconds = Math.Round(set.HeldFor.TotalMilliseconds, 3),
        WalGrowthBytes = set.WalGrowth(index),
    };
}
