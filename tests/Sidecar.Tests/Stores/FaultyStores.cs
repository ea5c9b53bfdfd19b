using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>Passes everything on; those below change one thing each.</summary>
internal abstract class PassingStore(IArchiveStore below) : IArchiveStore
{
    public string Location => below.Location;

    public bool IsRemote => false;

    public Task<Fault?> CheckWritableAsync(CancellationToken cancellation) => below.CheckWritableAsync(cancellation);

    public async Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation) =>
        Wrap(await below.BeginAsync(name, form, cancellation));

    public virtual IAsyncEnumerable<Manifest> ListAsync(CancellationToken cancellation) => below.ListAsync(cancellation);

    public async Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation) =>
        Wrap(await below.OpenArchiveAsync(name, cancellation));

    public async Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation) =>
        Wrap(await below.OpenManifestAsync(name, cancellation));

    public virtual Task RemoveAsync(string name, CancellationToken cancellation) => below.RemoveAsync(name, cancellation);

    public IAsyncEnumerable<StoredParts> ListPartsAsync(CancellationToken cancellation) => below.ListPartsAsync(cancellation);

    public Task SweepAsync(CancellationToken cancellation) => below.SweepAsync(cancellation);

    protected virtual ArchiveDraft Wrap(ArchiveDraft draft) => draft;

    protected virtual Stream Wrap(Stream reader) => reader;
}

/// <summary>Takes and gives a few bytes at a time, as a bad line does.</summary>
internal sealed class SlowStore(IArchiveStore below) : PassingStore(below)
{
    private const int AtOnce = 4093;

    protected override ArchiveDraft Wrap(ArchiveDraft draft) => new PassingDraft(draft, new Writer(draft.Body));

    protected override Stream Wrap(Stream reader) => new Reader(reader);

    private sealed class Writer(Stream below) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(AtOnce, buffer.Length)..])
                below.Write(buffer[..Math.Min(AtOnce, buffer.Length)]);
        }
    }

    private sealed class Reader(Stream below) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => below.Read(buffer[..Math.Min(AtOnce, buffer.Length)]);
    }
}

/// <summary>Breaks when the body has come so far.</summary>
internal sealed class FaultyStore(IArchiveStore below, long failAt) : PassingStore(below)
{
    protected override ArchiveDraft Wrap(ArchiveDraft draft) => new PassingDraft(draft, new Writer(draft.Body, failAt));

    private sealed class Writer(Stream below, long left) : WriteOnlyStream
    {
        private long _left = left;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if ((_left -= buffer.Length) < 0)
                throw new IOException("the line is dead");
            below.Write(buffer);
        }
    }
}

/// <summary>Lists nothing of what was written last, as a listing that is consistent only in the end.</summary>
internal sealed class LateListingStore(IArchiveStore below) : PassingStore(below)
{
    public override async IAsyncEnumerable<Manifest> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        yield break;
    }
}

/// <summary>Takes everything and then cannot be reached by whoever wants to read it.</summary>
internal sealed class UnreachableStore(IArchiveStore below) : PassingStore(below)
{
    protected override Stream Wrap(Stream reader) =>
        throw new FaultException(new Fault("StoreUnreachable", "reading the store: it cannot be reached", "Check the network"));
}

/// <summary>Gives nothing up, as a bucket under Object Lock.</summary>
internal sealed class LockedStore(IArchiveStore below) : PassingStore(below)
{
    public override Task RemoveAsync(string name, CancellationToken cancellation) =>
        throw new FaultException(new Fault("StoreAccessDenied", "the object is locked", "Wait until the lock ends"));
}

internal sealed class PassingDraft(ArchiveDraft below, Stream body) : ArchiveDraft
{
    public override Stream Body => body;

    public override Task CommitAsync(Action<Stream> writeManifest) => below.CommitAsync(writeManifest);

    public override ValueTask DisposeAsync() => below.DisposeAsync();
}

public sealed class SlowStoreTests : StoreContract
{
    private readonly MemoryStore _store = new();

    internal override IArchiveStore Store => new SlowStore(_store);

    internal override IReadOnlyList<string> Left() => _store.Keys;

    internal override Task AddOrphanAsync(string name)
    {
        _store.AddOrphan(name);
        return Task.CompletedTask;
    }
}
