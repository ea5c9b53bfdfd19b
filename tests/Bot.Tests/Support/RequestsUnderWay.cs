using System.Diagnostics.Metrics;

namespace ChatOps.Bot.Tests.Support;

/// <summary>Counts the requests of this process to one server that have no answer yet, as the HTTP client itself meters them.</summary>
/// <remarks>.NET, "System.Net metrics": <c>http.client.active_requests</c>.</remarks>
internal sealed class RequestsUnderWay : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _none = NewSignal();
    private long _count;

    public RequestsUnderWay(int port)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.active_requests" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, by, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == "server.port" && value is int to && to == port) Add(by);
            }
        });
        _listener.Start();
    }

    public long Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>The highest it has been.</summary>
    public long Most { get; private set; }

    /// <summary>Ends at once, or when the last of them is answered.</summary>
    public Task NoneAsync()
    {
        lock (_gate) return _count == 0 ? Task.CompletedTask : _none.Task;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(long by)
    {
        lock (_gate)
        {
            _count += by;
            Most = Math.Max(Most, _count);
            if (_count > 0) return;
            _none.TrySetResult();
            _none = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
