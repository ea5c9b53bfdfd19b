using System.Net;
using ChatOps.Bot.Health;
using ChatOps.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChatOps.Bot.Operations;

/// <summary>
/// An address apart, opened only when it is declared, that answers GET of the metrics and the probes and nothing else. Which address a
/// request came in by is told from its connection, so no header can make one listener answer for the other.
/// </summary>
internal static class MetricsListener
{
    public const string Path = "/metrics";

    public static void Open(KestrelServerOptions kestrel, IPEndPoint address) =>
        kestrel.Listen(address, listener => listener.Use(next => connection =>
        {
            connection.Features.Set(new Mark());
            return next(connection);
        }));

    /// <summary>Answers what came in at that address; everything else goes on as if it did not exist.</summary>
    public static void Use(WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<BotMetrics>();
        var health = app.Services.GetRequiredService<HealthPages>();
        app.Use((context, next) =>
            context.Features.Get<Mark>() is null ? next(context) : Answer(context, metrics, health).ExecuteAsync(context));
    }

    private static IResult Answer(HttpContext context, BotMetrics metrics, HealthPages health)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return Results.StatusCode(StatusCodes.Status405MethodNotAllowed);
        }
        return context.Request.Path.Value switch
        {
            Path => Results.Text(PrometheusText.Write(metrics.Collect()), PrometheusText.ContentType),
            HealthPages.LivePath => health.Live(),
            HealthPages.ReadyPath => health.Ready(),
            _ => Results.NotFound(),
        };
    }

    /// <summary>Says that a connection came in at the address for metrics.</summary>
    private sealed class Mark;
}
