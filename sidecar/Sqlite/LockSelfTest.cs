using ChatOps.Sidecar.Posix;
using ChatOps.Values;

namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// Proves on a file of the home itself, by reading only, that a lock taken through one open file is seen through another; where it
/// is not (some network and FUSE file systems, some sandboxes) a pin would hold nothing still.
/// </summary>
internal static class LockSelfTest
{
    public static Fault? Run(string file)
    {
        using var holder = PosixFile.TryOpen(null, file);
        using var observer = PosixFile.TryOpen(null, file);
        if (holder is null || observer is null)
            return null;
        try
        {
            if (!ReadLocks.TryTake(holder, LockRange.Probe))
                return Refusal(file);
            var seen = ReadLocks.IsHeldByAnother(observer, LockRange.Probe);
            ReadLocks.Release(holder, LockRange.Probe);
            return seen && !ReadLocks.IsHeldByAnother(observer, LockRange.Probe) ? null : Refusal(file);
        }
        catch (FaultException refused)
        {
            return refused.Fault;
        }
    }

    private static Fault Refusal(string file) => new(
        "LocksNotHonoured",
        $"the file system of {file} does not honour file locks, so a database there cannot be held still while it is copied",
        "Use a block volume or a local disk, or stop the program and take the snapshot then");
}
