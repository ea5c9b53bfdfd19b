using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Reports;

/// <summary>Words for whatever ended a run: a fault keeps its own, the kernel's reasons get a hint.</summary>
internal static class Faults
{
    public static Fault Of(Exception failure) => failure switch
    {
        FaultException known => known.Fault,
        PosixException { Errno: PosixException.NoSpace } => Full(failure),
        IOException { HResult: PosixException.NoSpace } => Full(failure),
        PosixException { Errno: PosixException.NoAccess or PosixException.NotPermitted } => Forbidden(failure),
        UnauthorizedAccessException => Forbidden(failure),
        DllNotFoundException => new("MissingLibrary", failure.Message, "Install libzstd1, which every Debian and Ubuntu image has"),
        IOException or InvalidDataException or EndOfStreamException => new("Failed", failure.Message),
        _ => new("Failed", $"{failure.GetType().Name}: {failure.Message}"),
    };

    private static Fault Full(Exception failure) =>
        new("NoRoom", failure.Message, "Free some space there, or in the store or the scratch directory");

    private static Fault Forbidden(Exception failure) => new("Forbidden", failure.Message,
        $"Run the sidecar as the user that owns the files, or give them to {PosixAccess.Who}");
}
