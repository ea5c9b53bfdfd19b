using System.Diagnostics;
using ChatOps.Traces;

namespace ChatOps.Shared.Tests.Traces;

/// <summary>Spans there are whether or not anybody collects them, and contexts that anybody may have written.</summary>
public sealed class SpansTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736", Span = "00f067aa0ba902b7";

    [Fact]
    public void A_context_is_read_as_it_was_written()
    {
        using var span = Spans.Begin("command status", ActivityKind.Server, "web:1");
        var context = Spans.Parse(Spans.HeaderOf(span));
        Assert.Equal((span.TraceId, span.SpanId, true), (context.TraceId, context.SpanId, context.IsRemote));
        // Nobody listens here, so whoever is handed the context decides for itself.
        Assert.Equal(ActivityTraceFlags.Recorded, context.TraceFlags);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")]
    [InlineData("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\n")]
    public void What_is_no_traceparent_is_nobodys_context(string? header) => Assert.Equal(default, Spans.Parse(header));

    [Fact]
    public void A_request_goes_on_with_the_trace_it_came_with_and_with_nothing_around_it()
    {
        using var around = new Activity("a request of a browser").Start();
        using var span = Spans.Begin("snapshot", ActivityKind.Consumer, null, Spans.Parse($"00-{Trace}-{Span}-01"));
        Assert.Equal((Trace, Span), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
        using var other = Spans.Begin("command help", ActivityKind.Server, null);
        Assert.NotEqual(around.TraceId, other.TraceId);
        Assert.Equal(default, other.ParentSpanId);
    }

    [Fact]
    public void The_parts_of_a_request_know_which_it_is()
    {
        using var span = Spans.Begin("command status", ActivityKind.Server, "web:1");
        using var part = new Activity("part").Start();
        Assert.Equal("web:1", Spans.RequestOf(part));
        Assert.Null(Spans.RequestOf(null));
    }
}
