using ChatOps.Sidecar.Stores.S3;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>Every kind of store there is and the address that chooses it.</summary>
internal static class StoreCatalog
{
    public static IReadOnlyList<StoreKind> All { get; } =
    [
        new("", "DIR", [], (address, _, time) => new DirectoryStore(Path.GetFullPath(address), time)),
        new("s3", "s3://BUCKET/PREFIX", S3Settings.Known, (address, options, time) =>
            S3Store.Open(address, S3Settings.ForS3(options), time)),
        new("gs", "gs://BUCKET/PREFIX", S3Settings.KnownToGoogle, (address, options, time) =>
            S3Store.Open(address, S3Settings.ForGoogle(options), time)),
    ];

    public static IArchiveStore Open(string? address, StoreOptions options, TimeProvider time)
    {
        if (string.IsNullOrEmpty(address))
            throw new FaultException(new Fault("NoStore", "no store is given", $"Give --store (SIDECAR_STORE) {Forms}"));
        var scheme = address.Split("://") is [var first, _, ..] ? first : "";
        var kind = All.FirstOrDefault(kind => kind.Scheme == scheme)
            ?? throw new FaultException(new Fault("UnknownStore", $"this build has no kind of store for '{scheme}://'", $"Give {Forms}"));
        options.Require(kind.Form, kind.Options);
        return new MeteredStore(kind.Open(address, options, time), kind.Scheme is "" ? "directory" : kind.Scheme, time);
    }

    private static string Forms => string.Join(", or ", All.Select(kind => kind.Form));
}
