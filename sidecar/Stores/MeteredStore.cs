using System.Runtime.CompilerServices;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>Counts what another store does, and changes nothing of it.</summary>
internal sealed class MeteredStore(IArchiveStore below, string kind, TimeProvider time) : IArchiveStore
{
    private readonly StoreMetrics _metrics = new(kind, time);

    public string Location => below.Location;

    public bool IsRemote => below.IsRemote;

    public Task<Fault?> CheckWritableAsync(CancellationToken cancellation) =>
        _metrics.MeasureAsync("check", () => below.CheckWritableAsync(cancellation));

    public async Task<ArchiveDraft> BeginAsync(string name, ArchiveForm form, CancellationToken cancellation) =>
        new Draft(await _metrics.MeasureAsync("begin", () => below.BeginAsync(name, form, cancellation)), _metrics);

    public IAsyncEnumerable<Manifest> ListAsync(CancellationToken cancellation) =>
        MeasuredAsync("list", below.ListAsync(cancellation), cancellation);

    public async Task<Stream> OpenArchiveAsync(string name, CancellationToken cancellation) =>
        new Reader(await _metrics.MeasureAsync("open", () => below.OpenArchiveAsync(name, cancellation)), _metrics);

    public async Task<Stream> OpenManifestAsync(string name, CancellationToken cancellation) =>
        new Reader(await _metrics.MeasureAsync("open", () => below.OpenManifestAsync(name, cancellation)), _metrics);

    public Task RemoveAsync(string name, CancellationToken cancellation) => _metrics.MeasureAsync("remove", async () =>
    {
        await below.RemoveAsync(name, cancellation);
        return true;
    });

    public IAsyncEnumerable<StoredParts> ListPartsAsync(CancellationToken cancellation) =>
        MeasuredAsync("list parts", below.ListPartsAsync(cancellation), cancellation);

    public Task SweepAsync(CancellationToken cancellation) => _metrics.MeasureAsync("sweep", async () =>
    {
        await below.SweepAsync(cancellation);
        return true;
    });

    /// <summary>Measures until the reader has what it came for: a listing is read as far as somebody asks.</summary>
    private async IAsyncEnumerable<T> MeasuredAsync<T>(
        string operation, IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        string? error = typeof(Exception).FullName;
        try
        {
            await foreach (var item in listing.WithCancellation(cancellation))
            {
                error = null;
                yield return item;
                error = typeof(Exception).FullName;
            }
            error = null;
        }
        finally
        {
            _metrics.Record(operation, began, error);
        }
    }

    private sealed class Draft(ArchiveDraft below, StoreMetrics metrics) : ArchiveDraft
    {
        public override Stream Body { get; } = new Writer(below.Body, metrics);

        public override Task CommitAsync(Action<Stream> writeManifest) => metrics.MeasureAsync("commit", async () =>
        {
            await below.CommitAsync(output => writeManifest(new Writer(output, metrics)));
            return true;
        });

        public override ValueTask DisposeAsync() => below.DisposeAsync();
    }

    private sealed class Writer(Stream below, StoreMetrics metrics) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            below.Write(buffer);
            metrics.Sent(buffer.Length);
        }

        public override void Flush() => below.Flush();
    }

    private sealed class Reader(Stream below, StoreMetrics metrics) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = below.Read(buffer);
            metrics.Received(read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            below.Dispose();
            base.Dispose(disposing);
        }
    }
}
