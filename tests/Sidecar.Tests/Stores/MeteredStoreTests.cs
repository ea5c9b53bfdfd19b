using System.Diagnostics.Metrics;
using ChatOps.Sidecar.Stores;

namespace ChatOps.Sidecar.Tests.Stores;

public sealed class MeteredStoreTests : StoreContract
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";
    private readonly string _kind = Guid.NewGuid().ToString("N");
    private readonly MemoryStore _store = new();

    internal override IArchiveStore Store => new MeteredStore(_store, _kind, TimeProvider.System);

    internal override IReadOnlyList<string> Left() => _store.Keys;

    internal override Task AddOrphanAsync(string name)
    {
        _store.AddOrphan(name);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Bytes_are_counted_in_both_directions()
    {
        var counted = new Dictionary<string, long>();
        using var listener = Listen(listener => listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (Tag(tags, "chatops.store.kind") == _kind)
                counted[Tag(tags, "network.io.direction")!] = counted.GetValueOrDefault(Tag(tags, "network.io.direction")!) + value;
        }));
        await Store.PutAsync(Name, new byte[200_000]);
        Assert.InRange(counted["transmit"], 200_100, 210_000);
        await Store.ReadAsync(Name);
        Assert.Equal(200_000, counted["receive"]);
    }

    [Fact]
    public async Task Every_operation_is_timed_and_a_failed_one_says_why()
    {
        List<string> told = [];
        using var listener = Listen(listener => listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (Tag(tags, "chatops.store.kind") == _kind)
                told.Add($"{Tag(tags, "chatops.store.operation")} {Tag(tags, "error.type")}".TrimEnd());
        }));
        await Store.CheckWritableAsync(default);
        await Store.PutAsync(Name);
        await Store.NamesAsync();
        await Store.RemoveAsync(Name, default);
        await Assert.ThrowsAnyAsync<Exception>(() => Store.OpenArchiveAsync(Name, default));
        Assert.Equal(["check", "begin", "commit", "list", "remove", "open NoSuchSnapshot"], told);
    }

    private static MeterListener Listen(Action<MeterListener> callback)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == StoreMetrics.MeterName)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        callback(listener);
        listener.Start();
        return listener;
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
                return value as string;
        }
        return null;
    }
}
