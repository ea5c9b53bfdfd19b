namespace ChatOps.Sidecar.Stores;

/// <summary>One kind of store: how its address begins, which options it knows, and how it is opened.</summary>
/// <param name="Scheme">What stands before <c>://</c>; empty for a directory.</param>
/// <param name="Form">How its address is written, for people.</param>
internal sealed record StoreKind(
    string Scheme, string Form, IReadOnlyList<string> Options, Func<string, StoreOptions, TimeProvider, IArchiveStore> Open);
