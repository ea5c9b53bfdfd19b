using System.CommandLine;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Telemetry;
using ChatOps.Values;

var config = new Option<string>("--config", "-c")
{
    Description = "the settings file; also CHATOPS_CONFIG",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CHATOPS_CONFIG") ?? "chatops.yaml",
};
var signIn = new Option<string[]>("--sign-in")
{
    Description = "print a one-time link to the web console that signs in as these web accounts, comma separated",
    DefaultValueFactory = _ => [],
};
var context = new Option<string?>("--context") { Description = "the kubeconfig context to use" };
var root = new RootCommand("ChatOps bot: runs Kubernetes applications from chat.") { config, signIn, context, ProbeCommand.Make() };
root.SetAction(async (parsed, ct) =>
{
    try
    {
        var settings = SettingsFile.Load(parsed.GetValue(config)!);
        using var client = new KubernetesClient(ClusterConnection.Discover(parsed.GetValue(context)));
        await using var telemetry = OtlpTelemetry.Start("chatops-bot", typeof(BotHost).Assembly, TimeProvider.System);
        await using var app = BotHost.Build(settings, client, TimeProvider.System, telemetry: telemetry);
        await app.StartAsync(ct);
        var workers = app.Services.GetRequiredService<BotWorkers>();
        // A link of a bot that stands by would lead nowhere.
        var ended = app.WaitForShutdownAsync(ct);
        await Task.WhenAny(workers.Leading, ended);
        var accounts = parsed.GetValue(signIn)!.SelectMany(a => a.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (accounts.Count > 0 && workers.Leading.IsCompleted)
        {
            var code = app.Services.GetRequiredService<Sessions>().NewLink(accounts);
            await Console.Out.WriteLineAsync($"sign in: {SignInLink.For(app.Urls.First(), code)}");
        }
        await ended;
        return workers.ExitCode;
    }
    catch (FaultException e)
    {
        await Console.Error.WriteLineAsync(e.Fault.ToString());
        return 1;
    }
});
// What SIGTERM begins has its own limits: four seconds for the host, and two for what is left to send.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(8) });
