using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>Every kind of store there is and the address that chooses it.</summary>
internal static class StoreCatalog
{
    public static IArchiveStore Open(string? address, TimeProvider time) => address switch
    {
        null or "" => throw new FaultException(new Fault("NoStore", "no store is given", "Give --store DIR or set SIDECAR_STORE")),
        _ when address.Contains("://", StringComparison.Ordinal) => throw new FaultException(new Fault(
            "UnknownStore", $"'{address}' is no kind of store this build has", "Give a directory")),
        _ => new DirectoryStore(Path.GetFullPath(address), time),
    };
}
