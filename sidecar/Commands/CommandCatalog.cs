namespace ChatOps.Sidecar.Commands;

/// <summary>Every command, in the order of help.</summary>
internal static class CommandCatalog
{
    public static IReadOnlyList<ISidecarCommand> All { get; } =
    [
        new SnapshotCommand(),
        new ListCommand(),
        new InspectCommand(),
        new VerifyCommand(),
        new RestoreCommand(),
        new PruneCommand(),
        new RunCommand(),
    ];
}
