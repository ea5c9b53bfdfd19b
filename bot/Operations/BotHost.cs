using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ChatOps.Bot.Access;
using ChatOps.Bot.Changes;
using ChatOps.Bot.Changes.Strategies;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Commands;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Health;
using ChatOps.Bot.Leadership;
using ChatOps.Bot.Platforms.Discord;
using ChatOps.Bot.Platforms.Telegram;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Bot.Registries;
using ChatOps.Bot.Schedules;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Telemetry;
using ChatOps.Values;
using Microsoft.Extensions.Logging.Console;

namespace ChatOps.Bot.Operations;

/// <summary>Puts the bot together: what depends on what, in one place to read.</summary>
internal static class BotHost
{
    public const string WebKeyVariable = "CHATOPS_WEB_KEY";

    /// <param name="name">What other bots know this one by; null means the name of its pod.</param>
    /// <param name="telemetry">Where what it measures and logs goes besides; null is nowhere.</param>
    public static WebApplication Build(
        BotSettings settings, IKubernetesClient client, TimeProvider time, Action<ILoggingBuilder>? logging = null, string? name = null,
        OtlpTelemetry? telemetry = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (logging is not null) logging(builder.Logging);
        else if (settings.JsonLog)
            builder.Logging.AddConsole(o => o.FormatterName = JsonLog.FormatterName).Services.AddSingleton<ConsoleFormatter, JsonLog>();
        else builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp) = (true, "HH:mm:ss ", true));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        if (telemetry is not null) Export(builder.Logging, telemetry);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPEndPoint.Parse(settings.Web.Listen));
            if (settings.Metrics.Listen is { } metrics) MetricsListener.Open(k, IPEndPoint.Parse(metrics));
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = 64 * 1024;
        });
        AddCore(builder.Services, settings, client, time);
        builder.Services.AddSingleton(p => ActivatorUtilities.CreateInstance<LeaderElection>(p, name ?? Leader.Self));
        AddCommands(builder.Services);
        AddWeb(builder.Services);
        AddHealth(builder.Services);
        if (settings.Telegram is { Enabled: true, Token: { } token }) AddTelegram(builder.Services, settings.Telegram, token);
        if (settings.Discord is { Enabled: true, Token: { } discord }) AddDiscord(builder.Services, settings.Discord, discord);
        builder.Services.AddSingleton<BotWorkers>().AddHostedService(p => p.GetRequiredService<BotWorkers>());

        // A bot that may lead no longer is gone before another begins.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(4));

        var app = builder.Build();
        if (telemetry is not null) Export(app.Services, telemetry);
        SecurityHeaders.Use(app);
        if (settings.Metrics.Listen is not null) MetricsListener.Use(app);
        StandbyPages.Use(app);
        app.MapGet(HealthPages.LivePath, (HealthPages health) => health.Live());
        app.MapGet(HealthPages.ReadyPath, (HealthPages health) => health.Ready());
        if (settings.Telegram.Webhook is { } hook && app.Services.GetService<UpdateSource>() is { } telegram)
            app.MapPost(hook.AbsolutePath, telegram.ReceiveAsync);
        if (settings.Web.Enabled) app.Services.GetRequiredService<WebConsole>().Map(app);
        return app;
    }

    private static void AddCore(IServiceCollection services, BotSettings settings, IKubernetesClient client, TimeProvider time)
    {
        services.AddSingleton(settings).AddSingleton(time);
        services.AddSingleton(p => new Refusals(time, Warned<Refusals>(p)));
        services.AddSingleton<IKubernetesClient>(p => new RefusalNotingClient(client, p.GetRequiredService<Refusals>()));
        services.AddSingleton(p => new EventSink(p.GetRequiredService<IKubernetesClient>(), "chatops-bot", time, Warned<EventSink>(p)));
        services.AddSingleton<Leader>().AddSingleton<LeaderLabel>();
        services.AddSingleton<AccessRules>().AddSingleton<StrategyCatalog>();
        services.AddSingleton<ScheduleBoard>().AddSingleton<ScheduleController>().AddSingleton<ScheduleRetention>().AddSingleton<Tidying>();
        services.AddSingleton<SnapshotBoard>().AddSingleton<UntakenSnapshots>().AddSingleton<SnapshotRequests>();
        services.AddSingleton<RestoreController>();
        services.AddSingleton(p => new ChangeBoard(
            p.GetRequiredService<IKubernetesClient>(), settings.Namespace ?? client.Namespace, time));
        services.AddSingleton(_ => new RegistryClient(RegistryHttp(), settings.Registries.Insecure)).AddSingleton<TagLookup>();
        services.AddSingleton<Planner>().AddSingleton<ChangeEvents>().AddSingleton<ChangeRequests>()
            .AddSingleton<ApprovalDesk>().AddSingleton<ChangeController>();
        services.AddSingleton<LiveMessages>().AddSingleton<ResourceMessages>().AddSingleton<Announcements>();
        services.AddSingleton<IChatInbox, Dispatcher>();
    }

    /// <summary>It follows nothing by itself, keeps no cookies, and goes through the proxy of the environment as everything else.</summary>
    private static HttpClient RegistryHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxResponseHeadersLength = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    private static void AddCommands(IServiceCollection services)
    {
        services.AddSingleton<Completion>();
        services.AddSingleton(p => new CommandCatalog(
        [
            ActivatorUtilities.CreateInstance<StatusCommand>(p),
            ActivatorUtilities.CreateInstance<TargetsCommand>(p),
            ActivatorUtilities.CreateInstance<SnapshotCommand>(p),
            ActivatorUtilities.CreateInstance<SnapshotsCommand>(p),
            ActivatorUtilities.CreateInstance<ScheduleCommand>(p),
            ActivatorUtilities.CreateInstance<DeployCommand>(p),
            ActivatorUtilities.CreateInstance<RollbackCommand>(p),
            ActivatorUtilities.CreateInstance<RestoreCommand>(p),
            ActivatorUtilities.CreateInstance<AttachCommand>(p),
            ActivatorUtilities.CreateInstance<DetachCommand>(p),
            ActivatorUtilities.CreateInstance<ApproveCommand>(p),
            ActivatorUtilities.CreateInstance<DenyCommand>(p),
            ActivatorUtilities.CreateInstance<HistoryCommand>(p),
            ActivatorUtilities.CreateInstance<WhoamiCommand>(p),
            ActivatorUtilities.CreateInstance<HelpCommand>(p, (Func<CommandCatalog>)p.GetRequiredService<CommandCatalog>),
        ]));
    }

    private static void AddWeb(IServiceCollection services)
    {
        services.AddSingleton<WebPlatform>().AddSingleton<Timeline>().AddSingleton<WebConsole>();
        services.AddSingleton(p => new ChatPlatforms(
            [.. Web(p).Concat(p.GetServices<IChatPlatform>()).Select(below => new MeteredPlatform(below))]));
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<Sessions>(p, WebKey()));
    }

    private static void AddHealth(IServiceCollection services)
    {
        services.AddSingleton<Readiness>().AddSingleton<Heartbeats>().AddSingleton<HealthPages>().AddSingleton<Endings>();
        services.AddSingleton<HealthGauges>().AddSingleton<ApprovalGauges>().AddSingleton<SnapshotGauges>().AddSingleton<BotMetrics>();
    }

    private static void AddTelegram(IServiceCollection services, TelegramSettings telegram, Secret token)
    {
        services.AddSingleton(p => new BotApi(
            new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, telegram.Api, token, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Pacer>().AddSingleton(new ButtonData(BotApi.LongestCallbackData)).AddSingleton<Identity>();
        services.AddSingleton(p => new CommandMenu(p.GetRequiredService<BotApi>(), p.GetRequiredService<CommandCatalog>));
        services.AddSingleton<UpdateHandler>().AddSingleton<UpdateSource>().AddSingleton<IChatPlatform, TelegramPlatform>();
    }

    private static void AddDiscord(IServiceCollection services, DiscordSettings discord, Secret token)
    {
        services.AddSingleton<IChatPlatform>(p =>
        {
            var time = p.GetRequiredService<TimeProvider>();
            var api = new DiscordApi(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, discord.Api, token, new RestLimits(time), time);
            var buttons = new ButtonData(CardEmbed.LongestCustomId);
            Func<CommandCatalog> catalog = p.GetRequiredService<CommandCatalog>;
            Func<Completion> completion = p.GetRequiredService<Completion>;
            return ActivatorUtilities.CreateInstance<DiscordPlatform>(
                p, api, buttons, ActivatorUtilities.CreateInstance<Gateway>(p, api, token), new CommandRegistration(api, catalog),
                ActivatorUtilities.CreateInstance<InteractionHandler>(p, api, buttons, catalog, completion));
        });
    }

    /// <summary>A method of its own, as the next: without telemetry nothing it names is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Export(ILoggingBuilder logging, OtlpTelemetry telemetry) => logging.AddProvider(telemetry.Logs);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Export(IServiceProvider services, OtlpTelemetry telemetry)
    {
        telemetry.TellTo(Warned<OtlpTelemetry>(services));
        // The gauges are there once somebody asks for them.
        services.GetRequiredService<BotMetrics>();
    }

    private static Action<string> Warned<T>(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILogger<T>>();
        return line => log.LogWarning("{Line}", line);
    }

    private static IEnumerable<IChatPlatform> Web(IServiceProvider services)
    {
        if (services.GetRequiredService<BotSettings>().Web.Enabled) yield return services.GetRequiredService<WebPlatform>();
    }

    /// <summary>Without a key of one's own, sessions end with the process.</summary>
    private static Secret WebKey() => new(Environment.GetEnvironmentVariable(WebKeyVariable) is { Length: >= 16 } key
        ? key
        : Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
}
