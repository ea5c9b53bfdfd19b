using System.Diagnostics.Metrics;
using ChatOps.Metrics;
using ChatOps.Testing.Metrics;

namespace ChatOps.Shared.Tests.Metrics;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new("tests");
    private readonly MetricsCollector _collector;

    public MetricsCollectorTests() => _collector = new([_meter]);

    [Fact]
    public void A_counter_adds_up_by_labels_and_ends_in_total()
    {
        var counter = _meter.CreateCounter<long>("chatops.things", null, "Things.");
        counter.Add(2, Tag("kind", "a"));
        counter.Add(3, Tag("kind", "a"));
        counter.Add(1, Tag("kind", "b"));
        var page = Read();
        Assert.Equal(("counter", "Things."), (page.Types["chatops_things_total"], page.Helps["chatops_things_total"]));
        Assert.Equal((5, 1), (page["""chatops_things_total{kind="a"}"""], page["""chatops_things_total{kind="b"}"""]));
    }

    [Fact]
    public void A_gauge_shows_the_last_value_and_an_up_down_counter_the_sum()
    {
        var gauge = _meter.CreateGauge<double>("level", "s");
        gauge.Record(5);
        gauge.Record(2);
        var open = _meter.CreateUpDownCounter<int>("open");
        open.Add(3);
        open.Add(-1);
        var page = Read();
        Assert.Equal((2, 2), (page["level_seconds"], page["open"]));
        Assert.Equal(("gauge", "gauge"), (page.Types["level_seconds"], page.Types["open"]));
    }

    [Fact]
    public void What_an_observable_gauge_no_longer_says_is_gone()
    {
        List<string> there = ["a", "b"];
        _meter.CreateObservableGauge("seen", () => there.Select(t => new Measurement<int>(1, Tag("of", t))));
        Assert.True(Read().Has("""seen{of="b"}"""));
        there.Remove("b");
        var page = Read();
        Assert.True(page.Has("""seen{of="a"}"""));
        Assert.False(page.Has("""seen{of="b"}"""));
    }

    [Fact]
    public void A_histogram_has_the_buckets_it_advises_bounds_included()
    {
        var histogram = _meter.CreateHistogram(
            "took", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2.5] });
        foreach (var value in (double[])[0.5, 1, 2, 100]) histogram.Record(value);
        var page = Read();
        Assert.Equal((2, 3, 4), (
            page["""took_seconds_bucket{le="1"}"""],
            page["""took_seconds_bucket{le="2.5"}"""],
            page["""took_seconds_bucket{le="+Inf"}"""]));
        Assert.Equal((103.5, 4), (page["took_seconds_sum"], page["took_seconds_count"]));
    }

    [Fact]
    public void What_is_no_number_lies_in_the_last_bucket_alone()
    {
        var histogram = _meter.CreateHistogram("took", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        histogram.Record(double.NaN);
        var page = Read();
        Assert.Equal((0, 1), (page["""took_seconds_bucket{le="1"}"""], page["""took_seconds_bucket{le="+Inf"}"""]));
        Assert.True(double.IsNaN(page["took_seconds_sum"]));
    }

    [Fact]
    public async Task No_measurement_is_lost_or_counted_twice_by_many_threads_while_the_page_is_read()
    {
        const int Threads = 8, Each = 20_000;
        var counter = _meter.CreateCounter<long>("hits");
        var histogram = _meter.CreateHistogram<double>("sizes");
        var work = Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(1, Tag("thread", thread % 2));
                histogram.Record(1);
            }
        })).ToArray();
        var reading = Task.Run(() =>
        {
            do Read();
            while (!Task.WhenAll(work).IsCompleted);
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll([.. work, reading]);
        var page = Read();
        Assert.Equal(Threads * Each, page["""hits_total{thread="0"}"""] + page["""hits_total{thread="1"}"""]);
        Assert.Equal(Threads * Each, page["sizes_count"]);
    }

    [Fact]
    public void Beyond_a_thousand_label_sets_measurements_are_left_out_and_counted()
    {
        var counter = _meter.CreateCounter<long>("wild");
        for (var i = 0; i < 1010; i++) counter.Add(1, Tag("id", i));
        counter.Add(1, Tag("id", 0));
        var page = Read();
        Assert.Equal(1000, page.Samples.Count(s => s.Name == "wild_total"));
        Assert.Equal((10, 2), (page[MetricsCollector.Dropped], page["""wild_total{id="0"}"""]));
    }

    [Fact]
    public void A_meter_that_is_not_given_is_not_served_and_an_instrument_never_measured_is_named()
    {
        using var other = new Meter("other");
        other.CreateCounter<long>("foreign").Add(1);
        _meter.CreateCounter<long>("idle");
        Assert.Equal([MetricsCollector.Dropped, "idle_total"], Read().Types.Keys);
    }

    [Fact]
    public void Of_two_instruments_of_one_name_the_first_counts()
    {
        var first = _meter.CreateCounter<long>("a.b");
        var second = _meter.CreateCounter<long>("a_b");
        first.Add(1);
        second.Add(10);
        Assert.Equal(1, Read()["a_b_total"]);
    }

    [Fact]
    public void The_same_state_gives_the_same_text_whatever_came_first()
    {
        var (b, a) = (_meter.CreateCounter<long>("b"), _meter.CreateCounter<long>("a"));
        b.Add(1, Tag("y", "2"), Tag("x", "1"));
        b.Add(1, Tag("x", "0"));
        a.Add(1);
        var lines = PrometheusText.Write(_collector.Collect()).Split('\n').Where(l => l.Length > 0 && l[0] != '#');
        Assert.Equal(["a_total 1", """b_total{x="0"} 1""", """b_total{x="1",y="2"} 1""", "chatops_metrics_dropped_total 0"], lines);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    private Exposition Read() => Exposition.Parse(PrometheusText.Write(_collector.Collect()));
}
