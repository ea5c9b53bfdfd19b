using System.CommandLine;
using ChatOps.Bot.Operations;
using ChatOps.Bot.Platforms.Web;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
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
        await using var app = BotHost.Build(settings, client, TimeProvider.System);
        await app.StartAsync(ct);
        var accounts = parsed.GetValue(signIn)!.SelectMany(a => a.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (accounts.Count > 0) await Console.Out.WriteLineAsync($"sign in: {app.Urls.First()}/sign-in?code={app.Services.GetRequiredService<Sessions>().NewLink(accounts)}");
        await app.WaitForShutdownAsync(ct);
        return 0;
    }
    catch (FaultException e)
    {
        await Console.Error.WriteLineAsync(e.Fault.ToString());
        return 1;
    }
});
return await root.Parse(args).InvokeAsync();
