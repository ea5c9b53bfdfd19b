using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Settings;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>The exit codes, and the only place that decides which one an end deserves.</summary>
internal static class ExitCode
{
    public const int Done = 0, Failed = 1, Usage = 2, DoneWithNotes = 3, Refused = 4, Interrupted = 130;

    public const string Help = """
        Exit codes:
          0    done
          1    failed, and nothing was changed
          2    the command line or a setting was not understood
          3    done, but something changed, vanished, was replaced or could not be read, a check failed (see the manifest),
               or something stayed that should have been removed
          4    refused: locked, no such snapshot, locks not honoured, not encrypted, no identity
          130  interrupted
        """;

    private static readonly HashSet<string> Refusals =
        ["DatabaseLocked", "DatabaseBusy", "NoSuchSnapshot", "LocksNotHonoured", "LocksUnsupported", "BadTarget", "UnsafePath", "BadName",
            "SnapshotExists", "EncryptionRequired", "IdentityRequired", "NoSuchPath",
            "SeveralTargets"];

    private static readonly HashSet<string> Misunderstood = [SidecarSettings.Wrong, "BadRules", "BadZone", "BadOptions", "BadPath"];

    public static int Of(Fault fault) =>
        Refusals.Contains(fault.Kind) ? Refused : Misunderstood.Contains(fault.Kind) ? Usage : Failed;

    public static int Of(Manifest manifest) => manifest.IsClean ? Done : DoneWithNotes;
}
