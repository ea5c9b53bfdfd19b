using System.Diagnostics;
using ChatOps.Cluster.Kubelet;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>The real bot as a process of its own; killed, it is simply started again.</summary>
internal sealed class BotProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly TaskCompletionSource<string> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BotProcess(Process process, Action<string> log)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, log), ReadAsync(process.StandardError, log));
    }

    public Task Exited => _process.WaitForExitAsync();

    /// <summary>Starts it and waits for the sign-in link it prints.</summary>
    public static async Task<(BotProcess Bot, string Link)> StartAsync(
        ChildSpawner spawner, string settings, string? kubeconfig, string webKey, DemoOptions options, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "chatops-bot.dll"), "--config", settings, "--sign-in", "operator,approver,guest" },
        };
        if (kubeconfig is not null) start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["CHATOPS_WEB_KEY"] = webKey;
        foreach (var (name, value) in options.Chats.SelectMany(c => c.Variables)) start.Environment[name] = value;
        var bot = new BotProcess(await spawner.StartAsync(start), options.Log);
        var ended = bot.Exited;
        if (await Task.WhenAny(bot._link.Task, ended).WaitAsync(ct) != ended) return (bot, await bot._link.Task);
        await bot._reading;
        throw new FaultException(new("BotEnded", "the bot ended before it was ready", "What it said is above"));
    }

    /// <summary>SIGKILL: what a node that loses power does to it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, Action<string> log)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("sign in: ", StringComparison.Ordinal)) _link.TrySetResult(line["sign in: ".Length..]);
            else log(line);
        }
    }
}
