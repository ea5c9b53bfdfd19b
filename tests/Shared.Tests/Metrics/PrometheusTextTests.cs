using ChatOps.Metrics;
using ChatOps.Testing.Metrics;

namespace ChatOps.Shared.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("a \"word\"")]
    [InlineData(@"back\slash and \n that is no line")]
    [InlineData("two\nlines")]
    [InlineData("},{=,")]
    [InlineData("häßlich 日本")]
    public void Any_label_and_help_comes_back_as_it_was(string text)
    {
        var page = Exposition.Parse(Write(MetricType.Gauge, text, new MetricPoint([new("l", text)], 1)));
        Assert.Equal(text, page.Samples.Single().Labels.Single().Value);
        Assert.Equal(text, page.Helps["m"]);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e300, "1E+300")]
    [InlineData(12345678, "12345678")]
    public void Numbers_are_written_as_the_format_has_them(double value, string text)
    {
        var written = Write(MetricType.Gauge, "", new MetricPoint([], value));
        Assert.EndsWith($"\nm {text}\n", written, StringComparison.Ordinal);
        Assert.Equal(value, Exposition.Parse(written)["m"]);
    }

    [Fact]
    public void The_whole_text_of_a_histogram()
    {
        var point = new MetricPoint([new("t", "x")], 7.5, new([0.5, 10], [1, 2, 3]));
        Assert.Equal(
            """
            # HELP m h
            # TYPE m histogram
            m_bucket{t="x",le="0.5"} 1
            m_bucket{t="x",le="10"} 3
            m_bucket{t="x",le="+Inf"} 6
            m_sum{t="x"} 7.5
            m_count{t="x"} 6

            """, Write(MetricType.Histogram, "h", point));
    }

    [Theory]
    [InlineData("chatops.snapshot.held", "s", MetricType.Histogram, "chatops_snapshot_held_seconds")]
    [InlineData("chatops.store.io", "By", MetricType.Counter, "chatops_store_io_bytes_total")]
    [InlineData("already_total", null, MetricType.Counter, "already_total")]
    [InlineData("wait_seconds", "s", MetricType.Gauge, "wait_seconds")]
    [InlineData("9 lives", "{cat}", MetricType.Gauge, "_9_lives")]
    public void A_name_follows_the_conventions(string instrument, string? unit, MetricType type, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, type));

    [Theory]
    [InlineData("m 1")]
    [InlineData("# HELP m h\n# TYPE m gauge\nm{a=\"x\"} 1\nm{a=\"x\"} 2\n")]
    [InlineData("# HELP m h\n# TYPE m gauge\nm{a=\"x} 1\n")]
    [InlineData("# HELP m h\n# TYPE m histogram\nm_bucket{le=\"1\"} 2\nm_bucket{le=\"+Inf\"} 1\nm_sum 1\nm_count 1\n")]
    public void The_parser_of_these_tests_takes_no_page_that_is_wrong(string text) =>
        Assert.ThrowsAny<FormatException>(() => Exposition.Parse(text));

    private static string Write(MetricType type, string help, MetricPoint point) =>
        PrometheusText.Write(new([new("m", type, help, [point])]));
}
