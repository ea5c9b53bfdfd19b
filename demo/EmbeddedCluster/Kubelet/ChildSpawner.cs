using System.Collections.Concurrent;
using System.Diagnostics;

namespace ChatOps.Cluster.Kubelet;

/// <summary>
/// Starts every child from one thread that lives as long as this object, because the kernel's parent-death signal follows the thread.
/// </summary>
/// <remarks>prctl(2), PR_SET_PDEATHSIG: "the parent" is the thread that created the child, and pool threads come and go.</remarks>
internal sealed class ChildSpawner : IDisposable
{
    private static readonly string? SetPriv = Find("setpriv");
    private static readonly string? SetSid = Find("setsid");
    private readonly BlockingCollection<Action> _work = [];

    public ChildSpawner() => new Thread(Run) { IsBackground = true, Name = "child spawner" }.Start();

    /// <summary>Starts a process that leads its own group and dies with this one, even if this one is killed by SIGKILL.</summary>
    /// <param name="user">As whom; null as whoever runs this one.</param>
    public Task<Process> StartAsync(ProcessStartInfo start, ContainerUser? user = null)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(Wrap(start, user))!);
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        });
        return started.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private static ProcessStartInfo Wrap(ProcessStartInfo start, ContainerUser? user)
    {
        // The kernel forgets the parent-death signal with the user, so that is changed first.
        string[] prefix =
            [.. user is null ? [] : user.Command(SetPriv ?? throw new InvalidOperationException("there is no setpriv to change the user")),
                .. SetPriv is null ? [] : (string[])[SetPriv, "--pdeathsig", "KILL", "--"], .. SetSid is null ? [] : (string[])[SetSid]];
        if (prefix.Length > 0)
        {
            var arguments = start.ArgumentList.ToArray();
            start.ArgumentList.Clear();
            foreach (var argument in prefix.Skip(1).Append(start.FileName).Concat(arguments))
                start.ArgumentList.Add(argument);
            start.FileName = prefix[0];
        }
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }

    private static string? Find(string tool) => ((string[])["/usr/bin", "/bin", "/usr/local/bin"])
        .Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
