namespace ChatOps.Sidecar.Settings;

/// <summary>Every setting there is, in the order of help. Flags, variables, the file and the table in README.md come from here.</summary>
internal static class SettingCatalog
{
    public static readonly Setting Target = new(
        "--target", "SIDECAR_TARGET", "target", "The target's name, the first part of a snapshot's name.");

    public static readonly Setting Home = new("--home", "SIDECAR_HOME", "home", "The directory to protect.");

    public static readonly Setting Store = new(
        "--store", "SIDECAR_STORE", "store.address", "What keeps the archives: DIR, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.");

    public static readonly Setting StoreOptions = new(
        "--store-option", "SIDECAR_STORE_OPTIONS", "store.options", "One option of the store, NAME=VALUE; may be given again.", Many: true);

    public static readonly Setting Encryption = new(
        "--encryption", "SIDECAR_ENCRYPTION", "encryption.kind",
        "How archives are encrypted, age or none; a store that others keep wants to be told.");

    public static readonly Setting EncryptTo = new(
        "--encrypt-to", "SIDECAR_ENCRYPT_TO", "encryption.to",
        "A public key, age1… or of SSH, to encrypt archives to; may be given again.", Many: true);

    public static readonly Setting Scratch = new(
        "--scratch", "SIDECAR_SCRATCH", "scratch", "Where databases are copied to; empty for nowhere.", Path.GetTempPath());

    public static readonly Setting Exclude = new(
        "--exclude", "SIDECAR_EXCLUDE", "files.exclude",
        "Leave out what matches this glob, besides what is left out by default.", Many: true);

    public static readonly Setting Include = new(
        "--include", "SIDECAR_INCLUDE", "files.include",
        "Keep what matches this glob though it would be left out, a folder as a whole.", Many: true);

    public static readonly Setting Databases = new(
        "--database", "SIDECAR_DATABASES", "databases.paths", "A glob of databases that no header tells, besides Signal's.", Many: true);

    public static readonly Setting Journal = new(
        "--journal-databases", "SIDECAR_JOURNAL_DATABASES", "databases.journal",
        "Databases in rollback-journal mode, whose writer may have to wait a moment: brief, skip or fail.", "brief");

    public static readonly Setting OnLocked = new(
        "--on-locked", "SIDECAR_ON_LOCKED", "databases.onLocked",
        "A database held exclusively: idle reads it while it rests, else leaves it out and says so; copy takes it as after a crash; fail.",
        "idle");

    public static readonly Setting AllowUnlocked = new(
        "--allow-unlocked", "SIDECAR_ALLOW_UNLOCKED", "databases.allowUnlocked",
        "Where the file system honours no locks: false refuses, true copies databases unheld, and says so.", "false");

    public static readonly Setting Wait = new("--wait", "SIDECAR_WAIT", "limits.wait", "Longest time to wait for a lock.", "10s");

    public static readonly Setting Hold = new("--hold", "SIDECAR_HOLD", "limits.hold", "Longest time databases may be held still.", "120s");

    public static readonly Setting WalGrowth = new(
        "--wal-growth", "SIDECAR_WAL_GROWTH", "limits.walGrowth", "How much a WAL may grow while its database is held still.", "1GB");

    public static readonly Setting Rate = new(
        "--rate", "SIDECAR_RATE", "limits.rate", "Bytes a second to read for the archive, such as 50MB; not while a database is held.");

    public static readonly Setting Workers = new(
        "--workers", "SIDECAR_WORKERS", "limits.workers", "Threads that compress.", $"{Environment.ProcessorCount}");

    public static readonly Setting Level = new("--level", "SIDECAR_LEVEL", "limits.level", "How hard zstd tries, 1 to 19.", "3");

    public static readonly Setting Nice = new("--nice", "SIDECAR_NICE", "limits.nice", "How far others go before us, 0 to 19.", "0");

    public static readonly Setting Listen = new(
        "--listen", "SIDECAR_LISTEN", "listen", "Where `run` answers probes and metrics, IP:PORT; nowhere unless given.");

    public static IReadOnlyList<Setting> All { get; } =
    [
        Target, Home, Store, StoreOptions, Encryption, EncryptTo, Scratch, Exclude, Include, Databases, Journal, OnLocked,
        AllowUnlocked, Wait, Hold, WalGrowth, Rate, Workers, Level, Nice, Listen,
    ];
}
