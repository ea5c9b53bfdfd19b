using ChatOps.Bot.Health;
using ChatOps.Bot.Leadership;

namespace ChatOps.Bot.Operations;

/// <summary>A bot that stands by serves nobody but the probes: what it showed would be old, and what it heard would be lost.</summary>
internal static class StandbyPages
{
    public static void Use(WebApplication app)
    {
        var leader = app.Services.GetRequiredService<Leader>();
        app.Use((context, next) =>
        {
            if (leader.IsSelf || context.Request.Path.Value is HealthPages.LivePath or HealthPages.ReadyPath) return next(context);
            context.Response.Headers.RetryAfter = "2";
            var why = leader.Other is { } other ? $"{other} leads; this bot stands by\n" : "this bot does not lead yet\n";
            return Results.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        });
    }
}
