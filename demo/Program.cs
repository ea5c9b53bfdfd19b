using System.CommandLine;
using ChatOps.Demo.Scripts;
using ChatOps.Demo.World;
using ChatOps.Demo.Writer;
using ChatOps.Values;

if (args is ["writer", .. var rest]) return await LiveWriter.RunAsync(rest);

var script = new Option<FileInfo>("--script") { Description = "read chat lines from a file, print the transcript and end" };
var keep = new Option<DirectoryInfo?>("--keep") { Description = "leave the home and the archives in this directory" };
var signal =
    new Option<bool>("--signal") { Description = "let the real engine of Signal Desktop write (needs Node and `make prerequisites`)" };
var cluster = new Option<bool>("--cluster") { Description = "run only the bot, against the cluster of KUBECONFIG, with --config" };
var config = new Option<FileInfo>("--config") { Description = "the chatops.yaml for --cluster" };
script.AcceptExistingOnly();
config.AcceptExistingOnly();
var port = new Option<int>("--port") { Description = "the port of the page; without it, a free one" };
var root = new RootCommand("ChatOps in a minute: a cluster, a live writer, the real bot and the real sidecar, in one process tree.")
{
    script, keep, signal, cluster, config, port,
};
root.SetAction(async (parsed, ct) =>
{
    try
    {
        var options = new DemoOptions
        {
            Keep = parsed.GetValue(keep)?.FullName,
            Signal = parsed.GetValue(signal),
            Port = parsed.GetValue(port),
            Scheduled = parsed.GetValue(script) is null,
            Chats = DemoChat.FromEnvironment(),
        };
        await using var world = parsed.GetValue(cluster)
            ? await DemoWorld.OnClusterAsync(options, parsed.GetValue(config)?.FullName, ct)
            : await DemoWorld.StartAsync(options, ct);
        if (parsed.GetValue(script) is { } file)
            return await ScriptRun.RunAsync(world.SignInLink, await File.ReadAllLinesAsync(file.FullName, ct), Console.Out, ct);
        await Console.Out.WriteLineAsync(world.Welcome);
        await world.Ended(ct);
        return 0;
    }
    catch (FaultException e)
    {
        await Console.Error.WriteLineAsync(e.Fault.ToString());
        return 1;
    }
    catch (OperationCanceledException) when (ct.IsCancellationRequested)
    {
        return 130;
    }
});
return await root.Parse(args).InvokeAsync();
