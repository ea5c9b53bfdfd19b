using System.Net;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Settings;

/// <summary>
/// All settings of one invocation, each of the right kind. They are read as a whole or every fault in them is told at once.
/// </summary>
internal sealed record SidecarSettings
{
    /// <summary>The kind of the fault that names what is wrong with them.</summary>
    public const string Wrong = "BadSettings";

    public required string? Target { get; init; }

    public required string Home { get; init; }

    public required string? Store { get; init; }

    public required StoreOptions StoreOptions { get; init; }

    public required Encryption Encryption { get; init; }

    public required string? Scratch { get; init; }

    public required IReadOnlyList<string> Excludes { get; init; }

    public required IReadOnlyList<string> Includes { get; init; }

    public required IReadOnlyList<string> Databases { get; init; }

    public required PinLimits Limits { get; init; }

    public required bool AllowUnlocked { get; init; }

    /// <summary>Bytes a second; null for as fast as it goes.</summary>
    public required ByteSize? Rate { get; init; }

    public required int Workers { get; init; }

    public required int Level { get; init; }

    public required int Nice { get; init; }

    /// <summary>Where <c>run</c> answers probes and metrics; null for nowhere.</summary>
    public required IPEndPoint? Listen { get; init; }

    public SnapshotRequest Request(string target) => new()
    {
        Target = target,
        Home = Home.Length == 0 ? "" : Path.GetFullPath(Home),
        Scratch = Scratch,
        Encryption = Encryption,
        Excludes = [.. PathGlobs.LeftOutByDefault, .. Excludes],
        Includes = Includes,
        DatabaseGlobs = [.. PathGlobs.SignalDatabases, .. Databases],
        Limits = Limits,
        AllowUnlocked = AllowUnlocked,
        Rate = Rate,
        Workers = Workers,
        Level = Level,
    };

    public static SidecarSettings Read(SettingValues values)
    {
        List<string> faults = [];
        T Try<T>(Func<T> read, T otherwise)
        {
            try
            {
                return read();
            }
            catch (FaultException failure)
            {
                faults.Add(failure.Fault.Hint is { } hint ? $"{failure.Fault.Message}\n    {hint}" : failure.Fault.Message);
                return otherwise;
            }
        }
        var settings = new SidecarSettings
        {
            Target = NonEmpty(values.Text(SettingCatalog.Target)),
            Home = values.Text(SettingCatalog.Home) ?? "",
            Store = NonEmpty(values.Text(SettingCatalog.Store)),
            StoreOptions = Try(() => StoreOptions.Of(values.Layers(SettingCatalog.StoreOptions)), new([])),
            Encryption = Try(
                () => Encryption.Parse(values.Text(SettingCatalog.Encryption), AgeRecipients.Parse(values.Texts(SettingCatalog.EncryptTo))),
                Encryption.Unsaid),
            Scratch = NonEmpty(values.Text(SettingCatalog.Scratch)),
            Excludes = values.Texts(SettingCatalog.Exclude),
            Includes = values.Texts(SettingCatalog.Include),
            Databases = values.Texts(SettingCatalog.Databases),
            Limits = new(values.Duration(SettingCatalog.Wait), values.Duration(SettingCatalog.Hold))
            {
                WalGrowth = values.Size(SettingCatalog.WalGrowth) ?? PinLimits.Default.WalGrowth,
                Journal = values.OneOf(
                    SettingCatalog.Journal, ("brief", JournalRule.Brief), ("skip", JournalRule.Skip), ("fail", JournalRule.Fail)),
                Locked = values.OneOf(
                    SettingCatalog.OnLocked, ("idle", LockedRule.Idle), ("copy", LockedRule.Copy), ("fail", LockedRule.Fail)),
            },
            AllowUnlocked = values.OneOf(SettingCatalog.AllowUnlocked, ("false", false), ("true", true)),
            Rate = values.Size(SettingCatalog.Rate),
            Workers = values.Number(SettingCatalog.Workers, 0, 256),
            Level = values.Number(SettingCatalog.Level, 1, 19),
            Nice = values.Number(SettingCatalog.Nice, 0, 19),
            Listen = values.Address(SettingCatalog.Listen),
        };
        faults.InsertRange(0, values.Faults);
        return faults.Count == 0 ? settings : throw new FaultException(new Fault(
            Wrong, $"{Counted.Of(faults.Count, "setting is", "settings are")} wrong:{string.Concat(faults.Select(f => $"\n  {f}"))}"));
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
